package web

import (
	"testing"

	"smtpserver/app/contact"
	"smtpserver/app/credential"
	"smtpserver/app/delivery"
	"smtpserver/app/id"
	"smtpserver/app/listimport"
	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/testkit/fakedns"
)

// testDeps adds to the pages of a test what their packages need: each package that
// gets pages adds its service here.
func testDeps(t *testing.T, d Deps, db *store.Store) Deps {
	t.Helper()
	outside := world{dns: fakedns.New(t)}
	d.Domains = outside.testDomains(t, d, db)
	d.Credentials = credential.New(db, d.Clock, d.Log)
	d.TestSender = outside
	d.Messages = message.NewArchive(db)
	d.Wake = func(string, bool) {}
	d.Destinations = delivery.NewBoard(db)
	d.Captures = &delivery.Capture{Store: db}
	d.Contacts = contact.New(db, nil)
	d.Forms = contact.NewForms(d.Contacts, &formMails{}, always{}, d.Box)
	d.Imports = listimport.New(db, d.Contacts, nil, nil)
	d.Overview = Figures{Messages: d.Messages, Domains: d.Domains, Credentials: d.Credentials, Now: db.Now}
	return d
}

// fixtures make, for each route below an account that names a thing, one such thing
// in the account of the browser, and return its id. The key is the path up to and
// with the parameter. A route without a fixture fails TestIsolation.
var fixtures = map[string]func(t *testing.T, owner *browser) id.ID{
	"/a/:slug/domains/:id":     domainOf,
	"/a/:slug/credentials/:id": credentialOf,
	"/a/:slug/messages/:id":    messageOf,
	"/a/:slug/contacts/:id":    contactOf,
	"/a/:slug/lists/:id":       listOf,
	"/a/:slug/segments/:id":    segmentOf,
	"/a/:slug/imports/:id":     importOf,
}

// forms are bodies that the actions of account routes accept, so that a refusal is
// one of access and not of input. The key is the route's path.
var forms = map[string]string{
	"/a/:slug/domains":                   "domain=shop.example.com",
	"/a/:slug/credentials":               "name=shop",
	"/a/:slug/contacts":                  "email=x@example.org&consent=They+asked+for+it+in+writing",
	"/a/:slug/contacts/:id":              "name=Changed",
	"/a/:slug/contacts/:id/join":         "list_id=00000000000000000000000000",
	"/a/:slug/contacts/:id/leave":        "list_id=00000000000000000000000000",
	"/a/:slug/lists":                     "name=Changed",
	"/a/:slug/lists/:id":                 "name=Changed",
	"/a/:slug/lists/:id/form":            "wording=Our+letter+about+apples",
	"/a/:slug/segments":                  "name=Changed&g0_r0_property=name&g0_r0_operator=known",
	"/a/:slug/segments/:id":              "name=Changed&g0_r0_property=name&g0_r0_operator=known",
	"/a/:slug/imports/:id/check":         "policy=fill&consent=They+asked+for+it+in+writing",
	"/a/:slug/settings/profile":          "name=Changed",
	"/a/:slug/settings/profile/password": "current_password=seven+quiet+otters&password=eleven+loud+geese",
	"/a/:slug/settings/account":          "account_name=Changed&account_kind=individual",
}
