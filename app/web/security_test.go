package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"smtpserver/app/account"

	"smtpserver/app/office"
)

// app is somebody's authenticator app. Each code opens once, so that every next one
// is of the step after.
type app struct {
	secret string
	steps  time.Duration
}

func (a *app) code(t *testing.T) string {
	t.Helper()
	code, err := totp.GenerateCode(a.secret, time.Now().Add(a.steps))
	if err != nil {
		t.Fatal(err)
	}
	a.steps += 30 * time.Second
	return code
}

// secure sets up the app by the pages, and returns it with the recovery codes. Its
// first code is that of the step before now, so that two more are good at once.
func (b *browser) secure() (*app, []string) {
	b.t.Helper()
	b.post("/security/authenticator", nil).want(b.t, http.StatusSeeOther)
	page := b.get("/security/authenticator").want(b.t, http.StatusOK).doc(b.t)
	if page.Find("svg.qr path").Length() != 1 {
		b.t.Error("no QR code")
	}
	phone := &app{secret: strings.ReplaceAll(page.Find(`[data-value="totp-secret"]`).Text(), " ", ""), steps: -30 * time.Second}
	b.post("/security/authenticator/confirm", url.Values{"code": {"000000"}}).want(b.t, http.StatusUnprocessableEntity)
	shown := b.post("/security/authenticator/confirm", url.Values{"code": {phone.code(b.t)}}).want(b.t, http.StatusOK)
	var codes []string
	for _, li := range shown.doc(b.t).Find("[data-recovery-codes] li").EachIter() {
		codes = append(codes, li.Text())
	}
	if len(codes) != 10 {
		b.t.Fatalf("%d recovery codes", len(codes))
	}
	return phone, codes
}

// TestSecondStep signs in with two factors, without a script.
func TestSecondStep(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.member(t, "ada@example.com")
	before := ada.cookie("session")
	phone, codes := ada.secure()
	if ada.cookie("session") == before {
		t.Error("H-03: the session is the same after the second factor was added")
	}
	s.mails.link(t, "authenticator_added", ada.email)
	half := func() *browser {
		b := s.browser(t)
		b.email = ada.email
		if a := b.login(testPassword).want(t, http.StatusSeeOther); !strings.HasPrefix(a.to(), "/login/second") || b.signedInAs() != "" {
			t.Fatalf("the password alone leads to %q as %q", a.to(), b.signedInAs())
		}
		return b
	}
	b := half()
	if a := b.get("/a/" + ada.slug); !strings.HasPrefix(a.to(), "/login") {
		t.Errorf("between the factors the account answers %d", a.StatusCode)
	}
	if page := text(b.get("/login/second").want(t, http.StatusOK).body); !strings.Contains(page, ada.email) {
		t.Errorf("the page says %s", page)
	}
	code := phone.code(t)
	b.post("/login/second", url.Values{"code": {code}, "next": {"/a/x"}}).want(t, http.StatusSeeOther)
	if b.signedInAs() != ada.email {
		t.Fatal("not signed in")
	}
	again := half()
	again.post("/login/second", url.Values{"code": {code}}).want(t, http.StatusUnprocessableEntity)
	again.post("/login/second", url.Values{"recovery_code": {codes[0]}}).want(t, http.StatusSeeOther)
	if again.signedInAs() != ada.email {
		t.Error("a recovery code does not sign in")
	}
	third := half()
	third.post("/login/second", url.Values{"recovery_code": {codes[0]}}).want(t, http.StatusUnprocessableEntity)
	if third.signedInAs() != "" {
		t.Error("a recovery code opened twice")
	}
	stranger := s.browser(t)
	if a := stranger.get("/login/second").want(t, http.StatusSeeOther); a.to() != "/login" {
		t.Errorf("without a first factor: %q", a.to())
	}
	stranger.post("/login/second", url.Values{"code": {phone.code(t)}}).want(t, http.StatusSeeOther)
	if stranger.signedInAs() != "" {
		t.Error("a code alone signs in")
	}
}

// TestH07SecondFactorBruteForce: the sixth guess within a minute is not even looked at.
func TestH07SecondFactorBruteForce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.member(t, "ada@example.com")
	phone, _ := ada.secure()
	b := s.browser(t)
	b.email = ada.email
	b.login(testPassword).want(t, http.StatusSeeOther)
	limited := 0
	for range 12 { // a window may turn meanwhile
		if b.post("/login/second", url.Values{"code": {"000000"}}).StatusCode == http.StatusTooManyRequests {
			limited++
		}
	}
	if limited < 2 || b.post("/login/second", url.Values{"code": {phone.code(t)}}).StatusCode == http.StatusSeeOther {
		t.Errorf("%d of 12 guesses were limited", limited)
	}
}

// TestProofBeforeDangerousActs walks the table: each act that is marked stops for
// somebody whose proof is old, changes nothing, and goes on with the proof.
func TestProofBeforeDangerousActs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada, sam := s.member(t, "ada@example.com"), s.officerWith(t, "sam@operator.example", office.All...)
	sam.secure() // staff have no password: without a second factor they come by a new link
	var dangerous []string
	for _, route := range s.Routes() {
		if !route.Access.proven {
			continue
		}
		dangerous = append(dangerous, route.Path)
		s.forgetProofs(t)
		who := ada
		if route.Access.level == staff {
			who = sam
		}
		a := who.post(pathOf(route, ada.slug), url.Values{"name": {"shop"}, "password": {"nothing to show"}})
		if a.StatusCode != http.StatusUnauthorized || !strings.Contains(text(a.body), "Is it you?") {
			t.Errorf("%s: %d", route.Path, a.StatusCode)
		}
		if strings.Contains(a.body, "nothing to show") || !strings.Contains(a.body, `name="name" value="shop"`) {
			t.Errorf("%s: the page in between carries a password, or not what was typed", route.Path)
		}
	}
	for _, want := range []string{"/a/:slug/domains/:id/remove", "/a/:slug/credentials", "/security/authenticator/remove", "/security/identities/:provider/unlink", "/a/:slug/settings/security/two-factors"} {
		if !slices.Contains(dangerous, want) {
			t.Errorf("%s asks for no proof", want)
		}
	}
	path := "/a/" + ada.slug + "/credentials"
	ada.post(path, url.Values{"name": {"shop"}, "proof_password": {"a wrong guess"}}).want(t, http.StatusUnprocessableEntity)
	if s.count(t, "credentials") != 0 {
		t.Fatal("done without a proof")
	}
	ada.post(path, url.Values{"name": {"shop"}, "proof_password": {testPassword}}).want(t, http.StatusOK)
	s.mails.link(t, "credential_issued", ada.email)
	ada.post(path, url.Values{"name": {"second"}}).want(t, http.StatusOK) // within ten minutes
	phone, _ := ada.secure()
	s.forgetProofs(t)
	ada.post(path, url.Values{"name": {"third"}, "proof_password": {testPassword}}).want(t, http.StatusUnprocessableEntity)
	ada.post(path, url.Values{"name": {"third"}, "proof_code": {phone.code(t)}}).want(t, http.StatusOK)
}

// TestAccountsMayRequireTwoFactors: a member without is led to set it up and can do
// nothing else in that account, on any route; with it, everything is open.
func TestAccountsMayRequireTwoFactors(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada, bob := s.member(t, "ada@example.com"), s.member(t, "bob@example.com")
	own := "/a/" + ada.slug + "/settings/security"
	ada.post(own+"/two-factors", url.Values{"require_two_factors": {"1"}}).want(t, http.StatusSeeOther)
	if s.count(t, "accounts WHERE require_two_factors") != 0 {
		t.Fatal("the owner locked themselves out")
	}
	ada.secure()
	ada.post(own+"/two-factors", url.Values{"require_two_factors": {"1"}}).want(t, http.StatusSeeOther)
	s.join(t, bob, ada.slug, account.Admin)
	for _, route := range s.Routes() {
		if route.Access.level != insider {
			continue
		}
		a := bob.do(route.Method, pathOf(route, ada.slug), "_csrf="+bob.token()+"&"+forms[route.Path])
		switch {
		case route.Access.oneFactor:
			if a.StatusCode != http.StatusOK || !strings.Contains(text(a.body), "asks its members for two factors") {
				t.Errorf("%s %s: %d", route.Method, route.Path, a.StatusCode)
			}
		case route.Method == http.MethodGet:
			if a.to() != own {
				t.Errorf("GET %s leads to %q (%d)", route.Path, a.to(), a.StatusCode)
			}
		case a.StatusCode != http.StatusForbidden:
			t.Errorf("POST %s: %d", route.Path, a.StatusCode)
		}
	}
	bob.get("/a/"+bob.slug).want(t, http.StatusOK) // his own account asks for nothing
	bob.secure()
	bob.get("/a/"+ada.slug).want(t, http.StatusOK)
	bob.post("/security/authenticator/remove", nil).want(t, http.StatusSeeOther)
	if a := bob.get("/a/" + ada.slug); a.to() != own {
		t.Errorf("without the app again: %d to %q", a.StatusCode, a.to())
	}
	s.setRole(t, s.accountOf(t, ada.slug), account.Viewer)
	ada.post(own+"/two-factors", url.Values{"require_two_factors": {"0"}}).want(t, http.StatusForbidden)
}

// TestTheListOfSessions shows each device in words, and ends one of one's own only.
func TestTheListOfSessions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada, bob := s.member(t, "ada@example.com"), s.member(t, "bob@example.com")
	phone := s.browser(t)
	phone.email = ada.email
	phone.login(testPassword, header("User-Agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile/15E148 Safari/604.1")).want(t, http.StatusSeeOther)
	s.mails.link(t, "new_device", ada.email)
	page := ada.get("/a/"+ada.slug+"/settings/security").want(t, http.StatusOK)
	if !strings.Contains(text(page.body), "Safari on iPhone 127.0.0.1 · last seen") {
		t.Errorf("the page says %s", text(page.body))
	}
	end, ok := page.doc(t).Find(`form[action^="/security/sessions/"][action$="/end"]`).Attr("action")
	if !ok {
		t.Fatal("no way to end the other session")
	}
	foreign, random := bob.post(end, nil), bob.post(strings.Replace(end, "/security/sessions/", "/security/sessions/0", 1), nil)
	sameAnswer(t, "another's session", foreign, random, http.StatusNotFound)
	if phone.signedInAs() != ada.email {
		t.Fatal("bob ended ada's session")
	}
	ada.post(end, nil).want(t, http.StatusSeeOther)
	if phone.signedInAs() != "" || ada.signedInAs() != ada.email {
		t.Error("the other session lives, or this one does not")
	}
	ada.post("/security/sessions/end-others", nil).want(t, http.StatusSeeOther)
}

// What is added before the address is confirmed would outlive a reset by whoever
// proves it later (pre-hijacking): nothing can be.
func TestUnconfirmedUsersAddNoWayIn(t *testing.T) {
	t.Parallel()
	s := newProviderSite(t)
	mallory := s.unconfirmed(t, "ada@example.com")
	for _, path := range []string{"/security/authenticator", "/security/passkeys/new", "/security/passkeys/options", "/security/passkeys", "/auth/oidc/link", "/auth/github/link"} {
		mallory.post(path, nil).want(t, http.StatusForbidden)
	}
	mallory.get("/a/"+mallory.slug+"/settings/security").want(t, http.StatusOK)
}

// Staff have the same page, outside of any account; the back office may ask for two factors.
func TestStaffTwoFactors(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *Config) { c.StaffTwoFactors = true })
	token := s.staffToken(t, "staff@mail.example.com", office.Operator)
	b := s.browser(t)
	b.post("/staff/enter/"+token, nil).want(t, http.StatusSeeOther)
	if a := b.get("/staff").want(t, http.StatusSeeOther); a.to() != "/security" {
		t.Errorf("led to %q", a.to())
	}
	if page := text(b.get("/security").want(t, http.StatusOK).body); !strings.Contains(page, "The back office asks for two factors.") {
		t.Errorf("the page says %s", page)
	}
	phone, _ := b.secure()
	b.get("/staff").want(t, http.StatusOK)
	token = s.staffToken(t, "staff@mail.example.com", office.Operator)
	again := s.browser(t)
	if a := again.post("/staff/enter/"+token, nil).want(t, http.StatusSeeOther); !strings.HasPrefix(a.to(), "/login/second") || again.signedInAs() != "" {
		t.Errorf("the link goes round the second factor: %q", a.to())
	}
	a := again.post("/login/second", url.Values{"code": {phone.code(t)}, "next": {"/staff"}}).want(t, http.StatusSeeOther)
	again.get(a.to()).want(t, http.StatusOK)
}
