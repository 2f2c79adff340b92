package web

import (
	"net/http"
	"testing"

	"github.com/oauth2-proxy/mockoidc"

	"smtpserver/app/clock"
	"smtpserver/app/web/oauth"
)

// An OpenID provider that others wrote takes us for an honest client: sign-up, sign-in
// and linking, with PKCE and a nonce.
func TestAnIndependentProvider(t *testing.T) {
	t.Parallel()
	at, err := mockoidc.Run()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := at.Shutdown(); err != nil {
			t.Error(err)
		}
	})
	s := &providerSite{site: newSite(t)}
	s.Providers = []*oauth.Provider{oauth.OIDC(oauth.Options{PublicURL: s.cfg.PublicURL, Clock: clock.System}, at.Issuer(), "Mock", oauth.Client{ID: at.ClientID, Secret: at.ClientSecret})}
	person := func(subject, email string, verified bool) {
		at.QueueUser(&mockoidc.MockUser{Subject: subject, Email: email, EmailVerified: verified})
	}

	person("ada-1", "ada@example.com", true)
	b := s.browser(t)
	if a := b.get(s.round(t, b, "oidc")).want(t, http.StatusSeeOther); a.to() != "/signup/complete" {
		t.Fatalf("led to %q", a.to())
	}
	b.post("/signup/complete", completeValues()).want(t, http.StatusSeeOther)
	if b.signedInAs() != "ada@example.com" {
		t.Fatal("not signed up")
	}

	person("ada-1", "ada@elsewhere.example", false) // who somebody is tells the subject, not the address
	again := s.browser(t)
	again.get(s.round(t, again, "oidc"))
	if again.signedInAs() != "ada@example.com" {
		t.Errorf("signed in as %q", again.signedInAs())
	}

	bob := s.member(t, "bob@example.com")
	person("bob-1", "bob@work.example", true)
	s.link(t, bob, "oidc").want(t, http.StatusSeeOther)
	person("bob-1", "bob@work.example", true)
	linked := s.browser(t)
	linked.get(s.round(t, linked, "oidc"))
	if linked.signedInAs() != "bob@example.com" {
		t.Errorf("signed in as %q", linked.signedInAs())
	}

	honest := at.ClientSecret
	for name, stranger := range map[string]func(){
		"an unverified address of hers": func() { person("eve-1", "ada@example.com", false) },
		"a verified address of hers":    func() { person("eve-2", "ada@example.com", true) },
		"a refused exchange":            func() { person("eve-3", "eve@example.com", true); at.ClientSecret = "changed" },
	} {
		stranger()
		eve := s.browser(t)
		eve.get(s.round(t, eve, "oidc"))
		if got := eve.signedInAs(); got != "" {
			t.Errorf("%s signs in as %q", name, got)
		}
		at.ClientSecret = honest
	}
	if s.count(t, "users") != 2 || s.count(t, "linked_identities") != 2 {
		t.Errorf("%d users, %d links", s.count(t, "users"), s.count(t, "linked_identities"))
	}
}
