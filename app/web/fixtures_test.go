package web

import (
	"context"
	"errors"
	"net/url"
	"testing"

	"gorm.io/gorm"

	"smtpserver/app/approval"
	"smtpserver/app/audit"
	"smtpserver/app/billing"
	"smtpserver/app/bounce"
	"smtpserver/app/contact"
	"smtpserver/app/credential"
	"smtpserver/app/delivery"
	"smtpserver/app/departure"
	"smtpserver/app/id"
	"smtpserver/app/leaving"
	"smtpserver/app/limit"
	"smtpserver/app/listimport"
	"smtpserver/app/message"
	"smtpserver/app/newsletter"
	"smtpserver/app/office"
	"smtpserver/app/person"
	"smtpserver/app/reputation"
	"smtpserver/app/sending"
	"smtpserver/app/store"
	"smtpserver/app/support"
	"smtpserver/app/terms"
	"smtpserver/app/testkit/fakedns"
	"smtpserver/app/tracking"
	"smtpserver/app/web/mailview"
)

// operatorAccount sends the operator's own mail in these tests.
const (
	operatorAccount = id.ID("00000000000000000000000001")
	operatorDomain  = id.ID("00000000000000000000000002")
)

// noMailer is for pages that draw mails and send none.
type noMailer struct{}

func (noMailer) SubmitSystem(context.Context, mailview.Mail) (id.ID, error) {
	return "", errors.New("a page sent a mail")
}

// testDeps adds to the pages of a test what their packages need: each package that
// gets pages adds its service here.
func testDeps(t *testing.T, d Deps, db *store.Store) Deps {
	t.Helper()
	outside := world{dns: fakedns.New(t)}
	d.Domains = outside.testDomains(t, d, db)
	d.Credentials = credential.New(db, d.Clock, d.Log)
	d.TestSender = outside
	d.Audit, d.Support = audit.New(db), support.New(db)
	letters, ok := d.Identity.Notifier.(*mailview.Notifier)
	if !ok {
		t.Fatal("the mails of identity are not drawn by mailview")
	}
	d.Office, d.Approvals = office.New(db, d.Identity, letters), approval.New(db)
	d.Persons = person.New(person.Deps{
		Store: db, Contacts: contact.New(db), Messages: message.NewArchive(db), Limiter: limit.New(db, d.Box), Box: d.Box, Notifier: letters,
	})
	d.Departure = departure.New(departure.Deps{Store: db, Accounts: d.Accounts, Box: d.Box, Notifier: mailview.New(&mails{}, &url.URL{Scheme: "http", Host: "x.example"}, "B"), Holder: departure.Hold(message.NewArchive(db))})
	d.Billing, d.Doors = billing.New(db, letters, d.Audit), limit.New(db, d.Box)
	d.Instance = Instance{
		Loads:   func() ([]Load, error) { return []Load{{Queue: "delivery", Pending: 41}}, nil },
		Reports: func(ctx context.Context, limit int) ([]bounce.Kept, error) { return bounce.ListKept(ctx, db, limit) },
		Facts:   func(context.Context) [][2]string { return [][2]string{{"Database", "for tests"}} },
	}
	d.Sending, d.Limits, d.Detours, d.Rates = sending.New(db), delivery.NewLimitBook(db), delivery.NewDetourBook(db, d.Box), limit.NewRates(db)
	d.OperateAll = func(ctx context.Context, op message.Operation, r message.Reach) (message.Done, error) {
		return message.OperateAll(ctx, db, op, r, false)
	}
	d.Messages = message.NewArchive(db)
	d.Wake = func(string, bool) {}
	d.Destinations = delivery.NewBoard(db)
	d.Captures = &delivery.Capture{Store: db}
	d.TermsGate = terms.NewGate(d.Terms, d.Clock, func(slug string) string { return "http://mail.example.com/a/" + slug + "/settings/terms" })
	d.TermsDesk = terms.NewDesk(d.Terms, d.TermsGate.Refresh)
	d.TermsPost = mailview.NewTermsPost(noMailer{}, &url.URL{Scheme: "http", Host: "mail.example.com"}, "SMTPServer")
	d.Contacts = contact.New(db)
	d.Forms = contact.NewForms(d.Contacts, &formMails{}, always{}, d.Box)
	var err error
	if d.Tracker, err = tracking.New(d.Box, &url.URL{Scheme: "http", Host: "mail.example.com"}); err != nil {
		t.Fatal(err)
	}
	links, err := leaving.NewLinks(d.Box, &url.URL{Scheme: "http", Host: "mail.example.com"})
	if err != nil {
		t.Fatal(err)
	}
	d.Switches = tracking.NewSwitches(tracking.Options{Store: db, Clock: d.Clock, LinkHosts: true})
	d.Visits, d.Stops, d.Leaving = tracking.NewRecorder(db, d.Log), tracking.NewStops(db, d.Log), leaving.New(db, links, d.Forms.Leaving())
	err = db.SystemWrite(t.Context(), "test: the operator's account", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec("INSERT INTO accounts (account_id, slug, name, kind, state, created_at, updated_at) VALUES (?, 'operator-0', 'Operator', 'operator', 'active', ?, ?)", operatorAccount, db.Now(), db.Now()).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	d.Newsletter = newsletter.New(newsletter.Deps{Store: db, Box: d.Box, Limits: always{}, Mailer: letters, Operator: operatorAccount})
	d.Imports = listimport.New(db, d.Contacts, nil)
	testCampaigns(t, &d, db)
	d.Persons.Campaigns = d.Campaigns
	d.Reputation = reputation.New(reputation.Deps{Store: db, Accounts: d.Accounts, Campaigns: d.Campaigns, Mail: letters, Audit: d.Audit, Log: d.Log, Box: d.Box, NewLimits: true})
	d.Identity.Greeter = d.Reputation
	d.Approvals.Register(d.Reputation.Lifting(d.Accounts.Lifting()))
	d.Overview = Figures{Messages: d.Messages, Domains: d.Domains, Credentials: d.Credentials, Campaigns: d.Campaigns, Now: db.Now}
	return d
}

// fixtures make, for each route below an account that names a thing, one such thing
// in the account of the browser, and return its id. The key is the path up to and
// with the parameter. A route without a fixture fails TestIsolation.
var fixtures = map[string]func(t *testing.T, owner *browser) id.ID{
	"/a/:slug/domains/:id":     domainOf,
	"/a/:slug/credentials/:id": credentialOf,
	"/a/:slug/messages/:id":    messageOf,

	"/a/:slug/settings/data/exports/:id":     exportIn,
	"/a/:slug/settings/support/:id":          grantIn,
	"/a/:slug/settings/persons/:id":          personIn,
	"/a/:slug/settings/team/members/:id":     memberIn,
	"/a/:slug/settings/team/invitations/:id": invitationIn,
	"/a/:slug/contacts/:id":                  contactOf,
	"/a/:slug/lists/:id":                     listOf,
	"/a/:slug/segments/:id":                  segmentOf,
	"/a/:slug/automations/:id":               automationIn,
	"/a/:slug/imports/:id":                   importOf,
	"/a/:slug/templates/:id":                 templateOf,
	"/a/:slug/templates/images/:id":          imageOf,
	"/a/:slug/campaigns/:id":                 campaignOf,
	"/a/:slug/billing/invoices/:id":          invoiceOf,
}

// forms are bodies that the actions of account routes accept, so that a refusal is
// one of access and not of input. The key is the route's path.
var forms = map[string]string{
	"/a/:slug/domains":                        "domain=shop.example.com",
	"/a/:slug/credentials":                    "name=shop",
	"/a/:slug/contacts":                       "email=x@example.org&consent=They+asked+for+it+in+writing",
	"/a/:slug/contacts/:id":                   "name=Changed",
	"/a/:slug/contacts/:id/join":              "list_id=00000000000000000000000000",
	"/a/:slug/contacts/:id/leave":             "list_id=00000000000000000000000000",
	"/a/:slug/templates":                      "name=Changed&starter=letter",
	"/a/:slug/templates/preview":              "kind=html&subject=S&body=x",
	"/a/:slug/templates/:id":                  "name=Changed&since=1&kind=html&subject=S&body=x",
	"/a/:slug/templates/:id/restore":          "version=1",
	"/a/:slug/lists":                          "name=Changed",
	"/a/:slug/lists/:id":                      "name=Changed",
	"/a/:slug/lists/:id/form":                 "wording=Our+letter+about+apples",
	"/a/:slug/segments":                       "name=Changed&g0_r0_property=name&g0_r0_operator=known",
	"/a/:slug/segments/:id":                   "name=Changed&g0_r0_property=name&g0_r0_operator=known",
	"/a/:slug/automations":                    "recipe=winback&idle_days=30&name=Changed",
	"/a/:slug/automations/:id":                "name=Changed&revision=1",
	"/a/:slug/automations/:id/step":           "revision=1&wait_days=0&kind=markdown&subject=Changed&body=Changed",
	"/a/:slug/automations/:id/remove-step":    "revision=1&step=00000000000000000000000000",
	"/a/:slug/imports/:id/check":              "policy=fill&consent=They+asked+for+it+in+writing",
	"/a/:slug/campaigns":                      "name=Changed",
	"/a/:slug/campaigns/:id/audience":         "include=everyone",
	"/a/:slug/campaigns/:id/content":          "kind=markdown&body=Changed&subject=Changed",
	"/a/:slug/campaigns/:id/send":             "when=now&zone=UTC",
	"/a/:slug/campaigns/:id/repeat":           "repeat=hour",
	"/a/:slug/campaigns/:id/winner":           "variant=0",
	"/a/:slug/billing/choose":                 "plan=00000000000000000000000000&currency=EUR&every=month",
	"/a/:slug/standing/appeal":                "text=We+have+asked+each+of+them",
	"/a/:slug/settings/profile":               "name=Changed",
	"/a/:slug/settings/profile/password":      "current_password=seven+quiet+otters&password=eleven+loud+geese",
	"/a/:slug/settings/terms/accept":          "document=terms&number=1&digest=x",
	"/a/:slug/settings/terms/object":          "document=terms&number=1&digest=x",
	"/a/:slug/settings/persons/:id/decline":   "reason=We+keep+invoices+for+ten+years.",
	"/a/:slug/settings/tracking":              "broadcast_open=off",
	"/a/:slug/domains/:id/tracking":           "broadcast_open=off",
	"/a/:slug/settings/support":               "hours=1&reason=ticket",
	"/a/:slug/settings/support/:id/answer":    "hours=1",
	"/a/:slug/settings/team/invite":           "email=somebody@example.com&role=viewer",
	"/a/:slug/settings/team/members/:id/role": "role=viewer",
	"/a/:slug/settings/team/transfer":         "to=nobody",
	"/a/:slug/settings/account":               "account_name=Changed&account_kind=individual",
}
