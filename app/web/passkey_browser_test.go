package web

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/proto"

	chromium "smtpserver/app/testkit/browser"
)

// TestPasskeysInABrowser registers a passkey in Chromium with a virtual authenticator,
// signs in with it alone, uses it as the second step and as a proof, and removes it.
func TestPasskeysInABrowser(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *Config) { c.PublicURL = &url.URL{Scheme: "http", Host: "localhost"} })
	ada := s.member(t, "ada@example.com")
	page := chromium.Start(t).Timeout(5 * time.Minute).MustPage()
	complaints := chromium.Listen(page, s.cfg.origin())
	v := visitor{t: t, page: page, origin: s.cfg.origin()}
	v.plugIn()

	v.open("/login")
	page.MustElement("#f-email").MustInput(ada.email)
	page.MustElement("#f-password").MustInput(testPassword)
	v.press("main form button", "Sign in")
	v.at("/a/" + ada.slug)
	v.open("/a/" + ada.slug + "/settings/security")
	v.press("main button", "Add a passkey")
	v.press("main button", "Create the passkey")
	page.MustElement("[data-recovery-codes]")
	if n := len(page.MustElements("[data-recovery-codes] li")); n != 10 {
		t.Errorf("%d recovery codes", n)
	}
	s.mails.link(t, "passkey_added", ada.email)
	v.press("main a", "I have kept them")
	v.sees("Chrome on", "Make new codes")

	// The passkey alone signs in: with what unlocks it, it is two factors.
	v.signOut()
	v.open("/login")
	v.press("main button", "Sign in with a passkey")
	v.at("/a/" + ada.slug)

	// Beside the password it is the second step.
	v.signOut()
	v.open("/login?next=%2Fa%2F" + ada.slug + "%2Fsettings%2Fsecurity")
	page.MustElement("#f-email").MustInput(ada.email)
	page.MustElement("#f-password").MustInput(testPassword)
	v.press("main form button", "Sign in")
	v.at("/login/second")
	v.press("main button", "Use a passkey")
	v.at("/a/" + ada.slug + "/settings/security")
	v.sees("with two factors")

	// It proves again who one is, and what was asked for goes on.
	s.forgetProofs(t)
	v.open("/a/" + ada.slug + "/credentials/new")
	page.MustElement("#f-name").MustInput("shop")
	v.press("main form button", "Create")
	v.sees("Is it you?")
	v.press("main button", "Use a passkey")
	v.at("/a/" + ada.slug + "/credentials")
	v.sees("shop")

	v.open("/a/" + ada.slug + "/settings/security")
	v.press("[data-passkey-row] button", "Remove")
	v.press("dialog button", "Remove it")
	v.at("/a/" + ada.slug + "/settings/security")
	v.sees("The passkey is removed")
	if n := s.count(t, "passkeys"); n != 0 {
		t.Errorf("%d passkeys left", n)
	}
	v.signOut()
	v.open("/login")
	v.press("main button", "Sign in with a passkey")
	v.sees("This passkey is not known here")
	for _, c := range complaints() {
		t.Error(c)
	}
}

// patience is how long a step of a browser may take on a busy machine.
const patience = 40 * time.Second

// visitor is somebody at a real browser.
type visitor struct {
	t      *testing.T
	page   *rod.Page
	origin string
}

// plugIn gives the browser an authenticator that its owner always unlocks.
func (v visitor) plugIn() {
	v.t.Helper()
	if err := (proto.WebAuthnEnable{}).Call(v.page); err != nil {
		v.t.Fatal(err)
	}
	_, err := proto.WebAuthnAddVirtualAuthenticator{Options: &proto.WebAuthnVirtualAuthenticatorOptions{
		Protocol: proto.WebAuthnAuthenticatorProtocolCtap2, Transport: proto.WebAuthnAuthenticatorTransportInternal,
		HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}}.Call(v.page)
	if err != nil {
		v.t.Fatal(err)
	}
}

func (v visitor) open(path string) {
	v.t.Helper()
	v.page.MustNavigate(v.origin + path).MustWaitLoad()
}

// press presses the button with the words and waits for the next page, when one comes.
func (v visitor) press(where, words string) {
	v.t.Helper()
	end := time.Now().Add(patience)
	button, err := v.page.Timeout(patience).ElementR(where, words)
	for ; err != nil && time.Now().Before(end); button, err = v.page.Timeout(patience).ElementR(where, words) {
		time.Sleep(50 * time.Millisecond) // the page before went away while it was asked
	}
	if err != nil {
		v.t.Fatalf("no %q on %s (%v): %s", words, v.page.MustInfo().URL, err, v.page.MustElement("body").MustText())
	}
	button.MustClick()
}

// sees waits until the page says the words.
func (v visitor) sees(words ...string) {
	v.t.Helper()
	for _, w := range words {
		err := v.page.Timeout(patience).Wait(rod.Eval(`(words) => document.querySelector("main")?.innerText.includes(words) ?? false`, w))
		if err != nil {
			v.t.Fatalf("%q is not on %s: %s", w, v.page.MustInfo().URL, v.page.MustElement("body").MustText())
		}
	}
}

// at waits until the browser is on the page.
func (v visitor) at(path string) {
	v.t.Helper()
	if err := v.page.Timeout(patience).Wait(rod.Eval(`(path) => location.pathname === path && document.readyState === "complete"`, path)); err != nil {
		v.t.Fatalf("not at %s but at %s: %s", path, v.page.MustInfo().URL, strings.TrimSpace(v.page.MustElement("body").MustText()))
	}
}

func (v visitor) signOut() {
	v.t.Helper()
	if err := (proto.NetworkClearBrowserCookies{}).Call(v.page); err != nil {
		v.t.Fatal(err)
	}
}
