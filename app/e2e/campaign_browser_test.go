package e2e

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/proto"
	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/contact"
	"smtpserver/app/id"
	"smtpserver/app/listimport"
	"smtpserver/app/message"
	"smtpserver/app/secret"
	"smtpserver/app/store"
	"smtpserver/app/testkit/browser"
	"smtpserver/app/testkit/fakedns"
	"smtpserver/app/testkit/fakemx"
	"smtpserver/app/testkit/tenant"
)

// sender is an account that sends a campaign to a scripted exchanger by its pages.
type sender struct {
	*listOwner
	mx *fakemx.Server
}

// The people of a sender: 24 of whom two unsubscribed, one complained before, and three
// have no mailbox any more.
const (
	audience, left, complained, gone = 24, 2, 1, 3
	reached                          = audience - left - complained - gone
)

// dkimField is a signature with its folded lines.
var dkimField = regexp.MustCompile(`(?m)^DKIM-Signature:(?:[^\r\n]|\r\n[ \t])*`)

func newSender(t *testing.T) *sender {
	t.Helper()
	mx := fakemx.New(t, fakemx.Options{Addr: "127.0.0.4:0"})
	mx.SetScript(func(phase fakemx.Phase, arg string) fakemx.Action {
		if phase == fakemx.Rcpt && strings.Contains(arg, "gone") {
			return fakemx.Action{Reply: "550 5.1.1 No such user here"}
		}
		return fakemx.Action{}
	})
	dns := fakedns.New(t, "people.example. MX 10 mx.people.example.\nmx.people.example. A 127.0.0.4\n")
	p := newProgram(t, "SMTPSERVER_DELIVERY=mx", "SMTPSERVER_DNS_SERVER="+dns.Addr(), "SMTPSERVER_MX_PORT="+strconv.Itoa(mx.Port()), "SMTPSERVER_ALLOW_PRIVATE_DESTINATIONS=true")
	p.mustCommand("migrate", "up")
	made, err := tenant.Create(t.Context(), p.env, "lists.test")
	if err != nil {
		t.Fatal(err)
	}
	o := &listOwner{field: &field{t: t, p: p, tenant: made}, scope: account.NewScope(made.Account.ID, account.Actor{Kind: account.ActorSystem})}
	o.contacts(func(s *store.Store, contacts *contact.Service, _ *listimport.Service) {
		l, err := contacts.AddList(t.Context(), o.scope, "Letter", "", "")
		o.try(err)
		var out []message.Suppression
		for i := range audience {
			name := fmt.Sprintf("p%02d", i)
			switch {
			case i < left:
				out = append(out, message.Suppression{Stream: message.Broadcast, Address: name + "@people.example", Reason: "They unsubscribed.", OptedOut: true})
			case i < left+complained:
				out = append(out, message.Suppression{Stream: message.Broadcast, Address: name + "@people.example", Reason: "They complained."})
			case i < left+complained+gone:
				name = fmt.Sprintf("gone%02d", i)
			}
			_, err := contacts.Add(t.Context(), o.scope, contact.Draft{Email: name + "@people.example", Name: "Person " + name}, "They asked for it in writing.", []id.ID{l.ID})
			o.try(err)
		}
		_, err = message.NewArchive(s).Suppress(t.Context(), o.scope, out)
		o.try(err)
		o.try(account.New(s).SetDetails(t.Context(), o.scope, account.Profile{Name: "Hofladen", Kind: account.Business}, account.Details{
			LegalName: "Hofladen GmbH", Country: "DE", Street: "Dorfstraße 3", Postcode: "73312", City: "Geislingen", TimeZone: "Europe/Berlin",
		}))
	})
	p.start()
	return &sender{o, mx}
}

// enter gives a browser the owner's session.
func (s *sender) enter(h *person) {
	s.t.Helper()
	token := secret.Token()
	s.contacts(func(db *store.Store, _ *contact.Service, _ *listimport.Service) {
		s.try(db.SystemWrite(s.t.Context(), "test: sign in", func(_ context.Context, tx *gorm.DB) error {
			now := db.Now()
			return tx.Exec(`INSERT INTO sessions (token_hash, user_id, ip, user_agent, created_at, seen_at, expires_at)
				SELECT ?, user_id, '127.0.0.1', 'test', ?, ?, ? FROM users WHERE email = 'owner@lists.test'`, secret.Hash(token), now, now, now.Add(time.Hour)).Error
		}))
	})
	h.page.MustSetCookies(&proto.NetworkCookieParam{Name: "session", Value: token, URL: "http://" + h.p.web})
}

// tick chooses a box by its value.
func (h *person) tick(name, value string) {
	h.t.Helper()
	box := h.element(`input[name="` + name + `"][value="` + value + `"]`)
	if !box.MustProperty("checked").Bool() {
		h.press(box, false)
	}
}

// pressNamed presses the button of a form by the button's own name.
func (h *person) pressNamed(action, name string) {
	h.t.Helper()
	h.press(h.element(`form[action$="`+action+`"] button[name="`+name+`"]`), true)
	h.look()
}

// sums reads the report's numbers, which add up.
func (h *person) sums() map[string]int {
	h.t.Helper()
	found, whole := map[string]int{}, 0
	for _, name := range []string{"audience", "sent", "waiting", "failed", "suppressed", "opted_out", "invalid", "duplicate", "skipped"} {
		n, err := strconv.Atoi(strings.ReplaceAll(h.element(`[data-sum="`+name+`"]`).MustText(), ",", ""))
		if err != nil {
			h.t.Fatal(err)
		}
		found[name] = n
		if name != "audience" {
			whole += n
		}
	}
	if whole != found["audience"] {
		h.t.Errorf("the page does not add up: %v", found)
	}
	return found
}

// The whole way of a campaign in a browser, with scripts and without, against the real
// program and a scripted exchanger: from nothing to the report, whose sums are those of the
// exchanger, to the unit; each number opens the list of exactly those people.
func TestCampaignInABrowser(t *testing.T) {
	chromium := browser.Start(t)
	for _, c := range []struct {
		name   string
		script bool
	}{{"with scripts", true}, {"without scripts", false}} {
		t.Run(c.name, func(t *testing.T) { campaignByHand(t, chromium, c.script) })
	}
}

func campaignByHand(t *testing.T, chromium *rod.Browser, script bool) {
	s := newSender(t)
	h := newPerson(t, chromium, s.p, script)
	defer func() {
		for _, complaint := range h.said() {
			t.Error(complaint)
		}
	}()
	s.enter(h)
	h.open("/a/" + s.tenant.Account.Slug + "/campaigns")
	h.reads("No campaign yet")
	h.open("/a/" + s.tenant.Account.Slug + "/campaigns/new")
	h.send("/campaigns", "name", "Autumn letter")

	h.send("/audience")
	h.reads("Choose at least one list or segment.")
	h.tick("include", "everyone")
	h.send("/audience")
	h.counted()
	draft, _, _ := strings.Cut(h.page.MustInfo().URL, "?")

	h.open(draft + "?step=content")
	h.send("/content", "subject", "Apples are in")
	h.open(draft + "?step=checks")
	if !script {
		h.open(draft + "/checks")
	}
	h.element(`[data-check="spam"]`)
	for _, name := range []string{"unsubscribe", "postal", "size"} {
		h.element(`[data-check="` + name + `"][data-verdict="good"]`)
	}
	h.send("/test")
	h.reads("The test is on its way")

	h.open(draft + "?step=send")
	h.pressNamed("/send", "start")
	h.ends()
	got := h.sums()
	if got["audience"] != audience || got["sent"] != reached || got["failed"] != gone || got["opted_out"] != left || got["suppressed"] != complained || got["waiting"] != 0 {
		t.Errorf("the report says %v", got)
	}
	copies := map[string]int{}
	for _, m := range s.mx.Messages() {
		if strings.Contains(m.Content, "Subject: Apples are in") {
			copies[strings.ToLower(m.Recipients[0])]++
			signed := strings.ToLower(dkimField.FindString(m.Content)) // RFC 8058 §4: both fields are covered
			if posts := strings.Count(signed, "list-unsubscribe-post"); posts == 0 || strings.Count(signed, "list-unsubscribe") == posts {
				t.Errorf("the signature does not cover how to leave: %s", signed)
			}
		}
	}
	if len(copies) != reached {
		t.Errorf("%d people got it, the report says %d", len(copies), got["sent"])
	}
	for who, n := range copies {
		if n != 1 {
			t.Errorf("%s got it %d times", who, n)
		}
	}
	for _, list := range []string{"sent", "failed", "opted_out", "suppressed"} {
		h.open(draft + "/recipients?list=" + list)
		if rows := len(h.page.MustElements("#recipients tbody tr")); rows != got[list] {
			t.Errorf("the list %s has %d rows, the report says %d", list, rows, got[list])
		}
	}
	h.reads("They complained.")
	h.open(draft)
	h.send("/copy")
	h.reads("This is a new draft")
	if out, err := s.p.command("verify"); err != nil {
		t.Errorf("verify: %v\n%s", err, out)
	}
}

// counted waits for the exact count of the audience.
func (h *person) counted() {
	h.t.Helper()
	h.until(`[data-value="included"]`)
	if got := h.element(`[data-value="included"]`).MustText(); got != strconv.Itoa(audience-left-complained) {
		h.t.Errorf("%s would get it", got)
	}
	h.reads("unsubscribed from everything")
	h.reads("on the suppression list")
}

// ends waits for the report of what was sent: with scripts it moves by itself.
func (h *person) ends() {
	h.t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); {
		if has, _, err := h.page.Has(`#progress[data-state="done"]`); err == nil && has {
			h.look()
			return
		}
		time.Sleep(300 * time.Millisecond)
		if !h.script {
			h.arrive(func() { h.page.MustReload() })
		}
	}
	h.t.Fatalf("%s never ends:\n%s", h.page.MustInfo().URL, h.text())
}
