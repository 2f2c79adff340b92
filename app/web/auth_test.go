package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/testkit/oidc"
)

func completeValues() url.Values {
	return url.Values{"name": {"Ada"}, "account_name": {"Ada's"}, "account_kind": {"business"}, "terms_version": {"1"}, "accept_terms": {"on"}}
}

// A newcomer signs up with each kind of provider: the terms are accepted on the way,
// with number, digest, time and address; the next visit signs in.
func TestSignUpByProvider(t *testing.T) {
	t.Parallel()
	for _, provider := range []string{"oidc", "github"} {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			s := newProviderSite(t)
			s.at.SignedIn(adaAtProvider, oidc.Twist{})
			s.other.SignedIn(adaAtProvider, oidc.Twist{})
			b := s.browser(t)
			if a := b.get(s.round(t, b, provider)).want(t, http.StatusSeeOther); a.to() != "/signup/complete" {
				t.Fatalf("led to %q", a.to())
			}
			page := b.get("/signup/complete").want(t, http.StatusOK)
			if name, _ := page.doc(t).Find("#f-name").Attr("value"); name != "Ada Lovelace" || !strings.Contains(text(page.body), "ada@example.com") {
				t.Errorf("the page says %s", text(page.body))
			}
			refused := completeValues()
			refused.Del("accept_terms")
			b.post("/signup/complete", refused).want(t, http.StatusUnprocessableEntity)
			if s.count(t, "users") != 0 {
				t.Error("a user without accepted terms")
			}
			b.post("/signup/complete", completeValues()).want(t, http.StatusSeeOther)
			if b.signedInAs() != "ada@example.com" {
				t.Fatal("not signed in")
			}
			b.get(b.get("/a").to()).want(t, http.StatusOK)
			var row map[string]any
			err := s.store.SystemRead(t.Context(), "test: the acceptance", func(_ context.Context, tx *gorm.DB) error {
				return tx.Raw("SELECT number, digest, ip, channel, at AS accepted_at FROM terms_records WHERE document = 'terms'").Scan(&row).Error
			})
			digest, _ := row["digest"].(string)
			if err != nil || row["ip"] != "127.0.0.1" || row["channel"] != "sign_up" || len(digest) != 64 || row["accepted_at"] == nil {
				t.Errorf("acceptance %v, %v", row, err)
			}
			b.post("/signup/complete", completeValues()).want(t, http.StatusSeeOther)
			again := s.browser(t)
			again.get(s.round(t, again, provider)+"&x=1").want(t, http.StatusSeeOther)
			if again.signedInAs() != "ada@example.com" || s.count(t, "users") != 1 || s.count(t, "accounts WHERE kind <> 'operator'") != 1 {
				t.Errorf("signed in as %q, %d users", again.signedInAs(), s.count(t, "users"))
			}
		})
	}
}

// Where one wanted to go survives the round; another site does not.
func TestTheWayOnSurvivesTheRound(t *testing.T) {
	t.Parallel()
	s := newProviderSite(t)
	ada := s.member(t, "ada@example.com")
	s.at.SignedIn(adaAtProvider, oidc.Twist{})
	s.link(t, ada, "oidc").want(t, http.StatusSeeOther)
	for next, want := range map[string]string{"/a/x/domains": "/a/x/domains", "//evil.example": "/a", "https://evil.example": "/a"} {
		b := s.browser(t)
		to := b.get("/auth/oidc?next=" + url.QueryEscape(next)).to()
		if a := b.get(s.away(t, to)); a.to() != want {
			t.Errorf("%s leads to %q", next, a.to())
		}
	}
}

func TestLinkAndUnlink(t *testing.T) {
	t.Parallel()
	s := newProviderSite(t)
	ada, bob := s.member(t, "ada@example.com"), s.member(t, "bob@example.com")
	s.at.SignedIn(oidc.Person{Subject: "work", Email: "ada@work.example", EmailVerified: false}, oidc.Twist{}) // another address is fine: ada is signed in
	s.link(t, ada, "oidc").want(t, http.StatusSeeOther)
	s.mails.link(t, "identity_linked", "ada@example.com")
	if page := ada.get("/a/" + ada.slug + "/settings/security"); !strings.Contains(text(page.body), "Linked: ada@work.example") {
		t.Errorf("the page says %s", text(page.body))
	}
	s.link(t, bob, "oidc").want(t, http.StatusSeeOther)
	if s.count(t, "linked_identities") != 1 {
		t.Error("one identity opens two users")
	}
	b := s.browser(t)
	b.get(s.round(t, b, "oidc"))
	if b.signedInAs() != "ada@example.com" {
		t.Errorf("signed in as %q", b.signedInAs())
	}
	bob.post("/security/identities/oidc/unlink", nil).want(t, http.StatusNotFound)
	ada.post("/security/identities/oidc/unlink", nil).want(t, http.StatusSeeOther)
	s.mails.link(t, "identity_unlinked", "ada@example.com")
	if s.count(t, "linked_identities") != 0 {
		t.Error("still linked")
	}
}

// Who signed up by a provider cannot unlink the only way in, until there is another.
func TestTheLastWayInStays(t *testing.T) {
	t.Parallel()
	s := newProviderSite(t)
	s.at.SignedIn(adaAtProvider, oidc.Twist{})
	b := s.browser(t)
	b.email = "ada@example.com"
	b.get(s.round(t, b, "oidc"))
	b.post("/signup/complete", completeValues()).want(t, http.StatusSeeOther)
	b.post("/security/identities/oidc/unlink", nil).want(t, http.StatusSeeOther)
	if s.count(t, "linked_identities") != 1 {
		t.Fatal("the last way in is gone")
	}
	s.browser(t).post("/password", url.Values{"email": {b.email}}).want(t, http.StatusOK)
	b.post(s.mails.link(t, "reset_password", b.email), url.Values{"password": {testPassword}}).want(t, http.StatusSeeOther)
	b.login(testPassword).want(t, http.StatusSeeOther)
	b.post("/security/identities/oidc/unlink", nil).want(t, http.StatusSeeOther)
	if s.count(t, "linked_identities") != 0 {
		t.Error("a password is another way in, and yet it is linked")
	}
}

// A provider that is down, or declines, is explained where one can go on.
func TestProviderFaults(t *testing.T) {
	t.Parallel()
	s := newProviderSite(t)
	s.at.SignedIn(adaAtProvider, oidc.Twist{Down: true})
	b := s.browser(t)
	if a := b.get("/auth/oidc").want(t, http.StatusServiceUnavailable); !strings.Contains(text(a.body), "Example ID cannot be reached right now") {
		t.Errorf("down: %s", text(a.body))
	}
	s.at.SignedIn(adaAtProvider, oidc.Twist{TokenStatus: http.StatusBadGateway})
	if a := b.get(s.round(t, b, "oidc")).want(t, http.StatusServiceUnavailable); !strings.Contains(text(a.body), "cannot be reached") {
		t.Errorf("down at the exchange: %s", text(a.body))
	}
	s.at.SignedIn(adaAtProvider, oidc.Twist{Redirect: func(q url.Values, _ *url.URL) { q.Del("code"); q.Set("error", "access_denied") }})
	if a := b.get(s.round(t, b, "oidc")).want(t, http.StatusConflict); !strings.Contains(text(a.body), "You declined at Example ID") {
		t.Errorf("declined: %s", text(a.body))
	}
	b.get("/auth/oidc/callback").want(t, http.StatusConflict)
	b.get("/auth/nobody").want(t, http.StatusNotFound)
	b.get("/auth/nobody/callback?state=x&code=y").want(t, http.StatusNotFound)
	if b.signedInAs() != "" {
		t.Error("signed in")
	}
}

// With sign-up closed, a provider opens no account either.
func TestClosedSignUpByProvider(t *testing.T) {
	t.Parallel()
	s := newProviderSite(t, func(c *Config) { c.SignUpClosed = true })
	s.at.SignedIn(adaAtProvider, oidc.Twist{})
	b := s.browser(t)
	b.get(s.round(t, b, "oidc")).want(t, http.StatusConflict)
	b.post("/signup/complete", completeValues()).want(t, http.StatusForbidden)
	if s.count(t, "users") != 0 {
		t.Error("a user was made")
	}
}

// Who proves at a provider who they are has to have done so just now (ASVS 6.8.4).
func TestAnOldProofAtAProviderIsNone(t *testing.T) {
	t.Parallel()
	s := newProviderSite(t)
	s.at.SignedIn(adaAtProvider, oidc.Twist{})
	b := s.browser(t)
	b.get(s.round(t, b, "oidc"))
	b.post("/signup/complete", completeValues()).want(t, http.StatusSeeOther)
	for age, want := range map[time.Duration]string{time.Hour: "could not be checked", time.Minute: "Thank you"} {
		s.at.SignedIn(adaAtProvider, oidc.Twist{Claims: func(c map[string]any) { c["auth_time"] = time.Now().Add(-age).Unix() }})
		address, ok := b.post("/auth/oidc/prove", nil).want(t, http.StatusOK).doc(t).Find("main a").First().Attr("href")
		if !ok || !strings.Contains(address, "max_age=0") {
			t.Fatalf("the way on: %q", address)
		}
		page := b.get(s.away(t, address)).want(t, http.StatusSeeOther)
		for range 3 { // by /security to the page within the account
			if page.StatusCode == http.StatusSeeOther {
				page = b.get(page.to())
			}
		}
		if !strings.Contains(page.body, want) {
			t.Errorf("%v ago: %s", age, text(page.body))
		}
	}
}
