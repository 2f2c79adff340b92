package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"smtpserver/app/office"
	chromium "smtpserver/app/testkit/browser"
	"smtpserver/app/testkit/oidc"
)

// A provider lets nobody of the operator in: neither by an identity that is linked, nor by
// one with their address; and no account comes of it.
func TestStaffDoNotComeInByAProvider(t *testing.T) {
	t.Parallel()
	for _, provider := range []string{"oidc", "github"} {
		t.Run(provider, func(t *testing.T) {
			t.Parallel()
			s := newProviderSite(t)
			sam := s.officerWith(t, "sam@operator.example", office.Operator)
			own := oidc.Person{Subject: "sam-1", Email: "sam@private.example", EmailVerified: true, Name: "Sam"}
			at := func(p oidc.Person) {
				s.at.SignedIn(p, oidc.Twist{})
				s.other.SignedIn(p, oidc.Twist{})
			}
			at(own)
			s.link(t, sam, provider).want(t, http.StatusSeeOther)
			if n := s.count(t, "linked_identities"); n != 1 {
				t.Fatalf("%d identities are linked", n)
			}
			users, accounts := s.count(t, "users"), s.count(t, "accounts")
			for says, who := range map[string]oidc.Person{
				"Please sign in at the back office's own door.": own,
				"there is an account with your address":         {Subject: "sam-2", Email: "sam@operator.example", EmailVerified: true, Name: "Sam"},
			} {
				at(who)
				b := s.browser(t)
				page := b.get(s.round(t, b, provider)).want(t, http.StatusConflict)
				if !strings.Contains(text(page.body), says) {
					t.Errorf("%s is told %s", who.Subject, text(page.body))
				}
				if b.signedInAs() != "" {
					t.Errorf("%s is signed in as %s", who.Subject, b.signedInAs())
				}
				b.get("/staff").want(t, http.StatusSeeOther)
				b.post("/signup/complete", completeValues()).want(t, http.StatusSeeOther)
				if b.signedInAs() != "" || s.count(t, "users") != users || s.count(t, "accounts") != accounts {
					t.Errorf("%s: a sign-up came of it", who.Subject)
				}
			}
			if sam.get("/staff").want(t, http.StatusOK); sam.signedInAs() != sam.email {
				t.Error("who was signed in is not any more")
			}
		})
	}
}

// In Chromium: a passkey of staff opens the back office's door and no other.
func TestAPasskeyOfStaffOpensTheirDoor(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *Config) { c.PublicURL = &url.URL{Scheme: "http", Host: "localhost"} })
	token := s.staffToken(t, "sam@operator.example", office.Operator)
	page := chromium.Start(t).Timeout(5 * time.Minute).MustPage()
	v := visitor{t: t, page: page, origin: s.cfg.origin()}
	v.plugIn()
	v.open("/staff/enter/" + token)
	page.MustElement("main form button").MustClick()
	v.at("/staff")
	v.open("/security")
	v.press("main button", "Add a passkey")
	v.press("main button", "Create the passkey")
	page.MustElement("[data-recovery-codes]")

	v.signOut()
	v.open("/login")
	v.press("main button", "Sign in with a passkey")
	v.sees("This passkey is not known here")
	v.open("/staff")
	v.at("/staff/login")
	v.press("main button", "Sign in with a passkey")
	v.at("/staff")
}
