package web

import (
	"context"
	"net/http"
	"net/url"
	"path"
	"strings"
	"testing"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/credential"
	"smtpserver/app/domain"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/mail/resolver"
	"smtpserver/app/store"
	"smtpserver/app/testkit/fakedns"
)

// world is what the sites of tests reach outside: a DNS server whose zone tests
// change, and in the place of the submission one that judges From as that does and
// makes up an id.
type world struct{ dns *fakedns.Server }

// testDomains is the domains' service with that DNS server behind it.
func (w world) testDomains(t *testing.T, d Deps, db *store.Store) *domain.Service {
	t.Helper()
	fresh, err := resolver.New(resolver.Options{Server: w.dns.Addr(), NoCache: true})
	if err != nil {
		t.Fatal(err)
	}
	return domain.New(domain.Options{Store: db, Box: d.Box, Resolver: fresh, Hostname: "mail.example.com", Log: d.Log})
}

// SendTest implements TestSender.
func (world) SendTest(_ context.Context, _ account.Scope, _ credential.Credential, from, to string) (id.ID, error) {
	if !strings.HasSuffix(from, "@shop.test") || to == "" {
		return "", fault.New(fault.Forbidden, "The sender's domain is not a proven domain of this account.")
	}
	return id.New(), nil
}

// scope is the account of a browser, for looking behind the pages.
func (b *browser) scope() account.Scope {
	b.t.Helper()
	return account.NewScope(b.site.accountOf(b.t, b.slug), account.Actor{Kind: account.ActorSystem})
}

// domainOf adds a domain by the form and returns its id.
func domainOf(t *testing.T, owner *browser) id.ID {
	t.Helper()
	return owner.addDomain(t, "news.shop.test")
}

func (b *browser) addDomain(t *testing.T, name string) id.ID {
	t.Helper()
	a := b.post("/a/"+b.slug+"/domains", url.Values{"domain": {name}}).want(t, http.StatusSeeOther)
	domainID, err := id.Parse(path.Base(a.to()))
	if err != nil {
		t.Fatalf("leads to %s", a.to())
	}
	return domainID
}

// credentialOf creates a credential by the form and returns its id.
func credentialOf(t *testing.T, owner *browser) id.ID {
	t.Helper()
	owner.post("/a/"+owner.slug+"/credentials", url.Values{"name": {"fixture"}}).want(t, http.StatusOK)
	list, err := owner.site.Credentials.List(t.Context(), owner.scope())
	if err != nil || len(list) == 0 {
		t.Fatalf("%d credentials, %v", len(list), err)
	}
	return list[0].ID
}

// prove publishes a domain's records and checks them by the button.
func (b *browser) prove(t *testing.T, domainID id.ID) {
	t.Helper()
	d, err := b.site.Domains.Show(t.Context(), b.scope(), domainID)
	if err != nil {
		t.Fatal(err)
	}
	outside, ok := b.site.TestSender.(world)
	if !ok {
		t.Fatal("the site has no DNS server")
	}
	if err := outside.dns.Add(domain.ZoneText(d.Domain, d.Records)); err != nil {
		t.Fatal(err)
	}
	// The limit of one look in five seconds counts from the last one.
	err = b.site.store.SystemWrite(t.Context(), "test: forget the last look", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec("UPDATE domains SET checked_at = NULL WHERE domain_id = ?", domainID).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	b.post("/a/"+b.slug+"/domains/"+domainID.String()+"/check", nil).want(t, http.StatusSeeOther)
}
