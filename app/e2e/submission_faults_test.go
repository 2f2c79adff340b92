package e2e

import (
	"crypto/tls"
	"errors"
	"net/http"
	"net/smtp"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"smtpserver/app/testkit/fakemx"
	"smtpserver/app/testkit/tenant"
)

// door is the program with customers, relaying to an exchanger that keeps all it gets.
type door struct {
	*program
	test    *testing.T
	mx      *fakemx.Server
	tenants []tenant.Tenant
}

func newDoor(t *testing.T, env []string, domains ...string) *door {
	t.Helper()
	d := &door{test: t, mx: fakemx.New(t, fakemx.Options{Addr: "127.0.0.5:0"})}
	d.program = newProgram(t, append(env, "SMTPSERVER_DELIVERY=smarthost", "SMTPSERVER_SMARTHOST_URL=smtp://"+d.mx.Addr())...)
	d.mustCommand("migrate", "up")
	for _, domain := range domains {
		created, err := tenant.Create(t.Context(), d.env, domain)
		if err != nil {
			t.Fatal(err)
		}
		d.tenants = append(d.tenants, created)
	}
	d.start()
	return d
}

// offer submits content as it is, and returns the reply that decided.
func (d *door) offer(who tenant.Tenant, from string, to []string, content string) (int, string) {
	d.t.Helper()
	code, text, err := d.converse(who, from, to, content)
	var refused *textproto.Error
	switch {
	case errors.As(err, &refused):
		return refused.Code, refused.Msg
	case err != nil:
		d.t.Errorf("offering: %v", err)
	}
	return code, text
}

func (d *door) converse(who tenant.Tenant, from string, to []string, content string) (code int, text string, err error) {
	c, err := smtp.Dial(d.smtp)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = c.Close() }()
	if err := c.StartTLS(&tls.Config{InsecureSkipVerify: true}); err != nil {
		return 0, "", err
	}
	if err := c.Auth(plainAuth{who.Username, who.Password}); err != nil {
		return 0, "", err
	}
	if err := c.Mail(from); err != nil {
		return 0, "", err
	}
	for _, r := range to {
		if err := c.Rcpt(r); err != nil {
			return 0, "", err
		}
	}
	if _, err := c.Text.Cmd("DATA"); err != nil {
		return 0, "", err
	}
	if _, _, err := c.Text.ReadResponse(354); err != nil {
		return 0, "", err
	}
	if err := c.Text.PrintfLine("%s.", content); err != nil {
		return 0, "", err
	}
	return c.Text.ReadResponse(250)
}

// arrived waits until nothing is on its way any more, and returns what has come.
func (d *door) arrived() []fakemx.Message {
	d.test.Helper()
	if l := (&field{t: d.test, p: d.program}).settle(20 * time.Second); !l.OK {
		d.test.Error("the ledger is wrong")
	}
	return d.mx.Messages()
}

// names returns the fields of a message in their order.
func names(content string) (all []string) {
	head, _, _ := strings.Cut(content, "\r\n\r\n")
	for line := range strings.SplitSeq(head, "\r\n") {
		if name, _, ok := strings.Cut(line, ":"); ok && !strings.HasPrefix(line, " ") && !strings.HasPrefix(line, "\t") {
			all = append(all, name)
		}
	}
	return all
}

// S-45: what a client puts in by itself, as it arrives with the recipient.
func TestS45FieldsThatArrive(t *testing.T) {
	engines(t, func(t *testing.T, env []string) {
		d := newDoor(t, env, "shop.test")
		head := "Return-Path: <forged@bank.example>\r\nAuthentication-Results: mail.host.example; dkim=pass header.d=bank.example\r\nARC-Seal: i=1; cv=none\r\n" +
			"DKIM-Signature: v=1; a=rsa-sha256; d=bank.example; s=x; h=from; bh=; b=\r\nReceived: from bank.example by mail.host.example; Mon, 23 Nov 2026 10:00:00 +0000\r\n" +
			"From: <shop@shop.test>\r\nTo: <kim@customer.example>\r\nbcc: hidden@secret.example,\r\n other@secret.example\r\nResent-Bcc: third@secret.example\r\n" +
			"X-SMTPServer-Tag: order\r\nx-smtpserver-metadata: internal=7\r\nList-Unsubscribe: <https://shop.test/u>\r\nFeedback-ID: mine\r\nX-Mine: 1\r\nSubject: Order\r\n\r\n"
		if code, text := d.offer(d.tenants[0], "shop@shop.test", []string{"kim@customer.example"}, head+"Hello\r\n"); code != 250 {
			t.Fatalf("%d %s", code, text)
		}
		if code, text := d.offer(d.tenants[0], "shop@shop.test", []string{"kim@customer.example"}, "X-SMTPServer-Secret: 1\r\n"+head+"Hello\r\n"); code != 550 || !strings.Contains(text, "X-SMTPServer-Secret") {
			t.Errorf("a field of ours that there is not: %d %s", code, text)
		}
		all := d.arrived()
		if len(all) != 1 || len(all[0].Recipients) != 1 || !strings.HasPrefix(all[0].Recipients[0], "<kim@customer.example>") {
			t.Fatalf("arrived: %+v", all)
		}
		want := []string{"DKIM-Signature", "Received", "Received", "From", "To", "List-Unsubscribe", "Feedback-ID", "X-Mine", "Subject", "Date", "Message-ID"}
		got := names(all[0].Content)
		for len(got) > 1 && got[0] == "DKIM-Signature" && got[1] == "DKIM-Signature" { // one for each key
			got = got[1:]
		}
		if !slices.Equal(got, want) {
			t.Errorf("fields %q\n%s", got, all[0].Content)
		}
		for _, gone := range []string{"secret.example", "internal", "d=bank.example", "forged@"} {
			if strings.Contains(all[0].Content, gone) {
				t.Errorf("%s arrived:\n%s", gone, all[0].Content)
			}
		}
	})
}

// S-46: what could begin a field of its own, by SMTP and typed into forms: refused, or
// the mail that arrives has just the fields that it should have.
func TestS46InjectionThatArrives(t *testing.T) {
	engines(t, func(t *testing.T, env []string) {
		d := newDoor(t, env, "shop.test")
		const evil = "Bcc: x@evil.example"
		for _, between := range []string{"\r", "\n", "\x00", "\u2028", "\u0085", "%0d%0a", "\\r\\n", "=?utf-8?q?=0D=0A?=", "\r\n ", "\r\n\t", "\x0b", "\x0c", "\x1e"} {
			d.offer(d.tenants[0], "shop@shop.test", []string{"kim@customer.example"}, "From: <shop@shop.test>\r\nSubject: a"+between+evil+"\r\nX-Note: b"+between+evil+"\r\n\r\nHello\r\n")
		}
		d.typed(t, "anna@customer.example", "Anna\r\n"+evil, "Hof\u2028"+evil)
		d.typed(t, "bert@customer.example", "Bert%0d%0a"+evil, "Hof =?utf-8?q?=0D=0A"+strings.ReplaceAll(evil, " ", "_")+"?=")
		bySMTP, byForm := 0, 0
		for _, m := range d.arrived() {
			switch got := strings.Join(slices.Compact(names(m.Content)), " "); got {
			case "DKIM-Signature Received From Subject X-Note Date Message-ID":
				bySMTP++
			case "DKIM-Signature From To Subject Date Message-ID Auto-Submitted MIME-Version Content-Type":
				byForm++
			default:
				t.Errorf("fields %s\n%s", got, m.Content)
			}
			if len(m.Recipients) != 1 || strings.Contains(m.Recipients[0], "evil") {
				t.Errorf("went to %q", m.Recipients)
			}
			if left := strings.ReplaceAll(m.Raw, "\r\n", ""); strings.ContainsAny(left, "\r\n\x00") {
				t.Errorf("on the wire: %q", m.Raw)
			}
		}
		if bySMTP == 0 || byForm == 0 {
			t.Errorf("%d and %d arrived: this shows nothing", bySMTP, byForm)
		}
	})
}

// typed signs somebody up with what would inject into the mail that confirms it.
func (d *door) typed(t *testing.T, email, name, account string) {
	t.Helper()
	v := newVisitor(t, "http://"+d.web)
	shown := v.get("/signup")
	csrf, version := shown.Find(`[name="_csrf"]`).AttrOr("value", ""), shown.Find(`[name="terms_version"]`).AttrOr("value", "")
	form := url.Values{
		"_csrf": {csrf}, "terms_version": {version}, "accept_terms": {"true"}, "name": {name}, "account_name": {account}, "account_kind": {"business"},
		"email": {email}, "password": {"correct horse battery"},
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, v.base+"/signup", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", v.base)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	if p := v.do(req); p.status != http.StatusOK && p.status != http.StatusUnprocessableEntity {
		t.Errorf("signing up as %q: %d", name, p.status)
	}
}

// S-43: nobody sends as somebody else, through the envelope or the header, whoever's
// domain it is.
func TestS43SendingAsAnotherCustomer(t *testing.T) {
	engines(t, func(t *testing.T, env []string) {
		d := newDoor(t, env, "shop.test", "bank.test", "news.shop.test")
		a, b := d.tenants[0], d.tenants[1] // the third proved a sub-domain of the first's
		to := []string{"kim@customer.example"}
		for _, foreign := range []string{"ceo@bank.test", "ceo@nobody.example", "shop@news.shop.test", "shop@old.news.shop.test", "shop@sh0p.test", "shop@test", "shop@shop.test.example"} {
			content := "From: <" + foreign + ">\r\nSubject: x\r\n\r\nx\r\n"
			for _, path := range []string{foreign, "shop@shop.test", ""} {
				if code, text := d.offer(a, path, to, content); code != 550 || !strings.HasPrefix(text, "5.") {
					t.Errorf("MAIL FROM:<%s>, From: %s: %d %s", path, foreign, code, text)
				}
			}
		}
		borrowed := tenant.Tenant{Username: b.Username, Password: a.Password}
		if code, _ := d.offer(borrowed, "ceo@bank.test", to, "From: <ceo@bank.test>\r\n\r\nx\r\n"); code != 550 {
			t.Errorf("one's password with another's name: %d", code) // both are called shop: it is a's credential
		}
		if code, text := d.offer(b, "ceo@bank.test", to, "From: <ceo@bank.test>\r\n\r\nx\r\n"); code != 250 {
			t.Errorf("its own: %d %s", code, text)
		}
		if all := d.arrived(); len(all) != 1 || !strings.Contains(all[0].Content, "ceo@bank.test") {
			t.Errorf("%d arrived", len(all))
		}
	})
}

// A program that saw no answer, because ours was killed, sends again: twenty sessions
// at once, and the message arrives once.
func TestIdempotencyKeyOutlivesAKill(t *testing.T) {
	engines(t, func(t *testing.T, env []string) {
		d := newDoor(t, env, "shop.test", "bank.test")
		content := func(from, text string) string {
			return "From: <" + from + ">\r\nX-SMTPServer-Idempotency-Key: order-20930\r\nSubject: Order\r\n\r\n" + text + "\r\n"
		}
		to := []string{"kim@customer.example"}
		var answers [2][20]string
		for round := range answers {
			var wg sync.WaitGroup
			for i := range answers[round] {
				wg.Go(func() {
					code, text := d.offer(d.tenants[0], "shop@shop.test", to, content("shop@shop.test", "Hello"))
					if answers[round][i] = text; code != 250 || !strings.HasPrefix(text, "2.0.0 queued as ") {
						t.Errorf("%d %s", code, text)
					}
				})
			}
			wg.Wait()
			d.kill()
			d.start()
		}
		for _, answer := range slices.Concat(answers[0][:], answers[1][:]) {
			if answer != answers[0][0] {
				t.Errorf("answers %q and %q", answers[0][0], answer)
			}
		}
		if code, text := d.offer(d.tenants[0], "shop@shop.test", to, content("shop@shop.test", "Bye")); code != 550 || !strings.Contains(text, "Idempotency-Key") {
			t.Errorf("the key on another message: %d %s", code, text)
		}
		if code, text := d.offer(d.tenants[1], "ceo@bank.test", to, content("ceo@bank.test", "Hello")); code != 250 || text == answers[0][0] {
			t.Errorf("another customer's key: %d %s", code, text)
		}
		ids := map[string]bool{}
		for _, m := range d.arrived() { // a kill may double what was on its way; it never makes another message
			i := strings.Index(m.Content, "\r\nMessage-ID: ")
			id, _, _ := strings.Cut(m.Content[i+2:], "\r\n")
			ids[id] = true
		}
		if len(ids) != 2 {
			t.Errorf("messages that arrived: %v", ids)
		}
	})
}
