package e2e

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/smtp"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"

	"smtpserver/app/testkit/fakedns"
	"smtpserver/app/testkit/fakemx"
	"smtpserver/app/testkit/services"
)

// outside is the world around the program: DNS, and one mail exchanger on a
// loopback address of its own.
type outside struct {
	dns *fakedns.Server
	mx  *fakemx.Server
}

func newOutside(t testing.TB) *outside {
	t.Helper()
	certificate, _ := fakemx.Certificate(t, time.Hour, "mx.customer.example")
	o := &outside{mx: fakemx.New(t, fakemx.Options{Addr: "127.0.0.2:0", TLS: certificate})}
	o.dns = fakedns.New(t, "customer.example. MX 10 mx.customer.example.\nmx.customer.example. A 127.0.0.2\n")
	return o
}

func (o *outside) settings() []string {
	return []string{"SMTPSERVER_DELIVERY=mx", "SMTPSERVER_DNS_SERVER=" + o.dns.Addr(), "SMTPSERVER_MX_PORT=" + strconv.Itoa(o.mx.Port()), "SMTPSERVER_ALLOW_PRIVATE_DESTINATIONS=true"}
}

var link = regexp.MustCompile(`https?://\S+/confirm/\S+`)

// signUp makes an account through the pages and confirms its address by the mail
// that really arrived.
func (o *outside) signUp(t testing.TB, p *program, v *visitor) (slug string) {
	t.Helper()
	v.submit(v.get("/signup"), "/signup", map[string]string{
		"name": "Anna Brandt", "email": "anna@customer.example", "password": "correct horse battery", "account_name": "Hofladen Brandt",
		"account_kind": "business", "accept_terms": "true",
	})
	messages, err := o.mx.WaitFor(1, 20*time.Second)
	if err != nil {
		t.Fatalf("no confirmation mail: %v\n%s", err, p.log)
	}
	content := decode(t, messages[0].Content)
	found := link.FindString(content)
	if found == "" {
		t.Fatalf("no link in\n%s", content)
	}
	path := strings.TrimPrefix(found, "http://"+p.web)
	home := v.submit(v.get(path), path, nil)
	match := regexp.MustCompile(`^/a/([^/]+)`).FindStringSubmatch(home.url.Path)
	if match == nil {
		t.Fatalf("after confirming: %s\n%s", home.url, text(home.Selection))
	}
	return match[1]
}

// decode undoes quoted-printable well enough to find a link.
func decode(t testing.TB, content string) string {
	t.Helper()
	return strings.ReplaceAll(strings.ReplaceAll(content, "=\r\n", ""), "=3D", "=")
}

// prove adds a domain, publishes its zone lines in DNS and checks it.
func (o *outside) prove(t testing.TB, v *visitor, slug, name string) {
	t.Helper()
	domains := "/a/" + slug + "/domains"
	shown := v.submit(v.get(domains), domains, map[string]string{"domain": name})
	if shown.Find(`[data-state="pending"]`).Length() == 0 {
		t.Fatalf("a new domain is not pending: %s", text(shown.Selection))
	}
	resp, err := v.client.Get(shown.url.String() + "/zone.txt")
	if err != nil {
		t.Fatal(err)
	}
	zone, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	if err := o.dns.Add(string(zone)); err != nil {
		t.Fatalf("zone.txt is no zone: %v\n%s", err, zone)
	}
	checked := v.submit(shown, "/check", nil)
	if checked.Find(`[data-state="verified"]`).Length() == 0 {
		t.Fatalf("not verified after publishing\n%s\n%s", zone, text(checked.Selection))
	}
}

type login struct{ host, port, username, password string }

func (v *visitor) newCredential(t testing.TB, slug, name string) login {
	t.Helper()
	list := "/a/" + slug + "/credentials"
	created := v.submit(v.get(list+"/new"), list, map[string]string{"name": name})
	l := login{created.value(t, "smtp-host"), created.value(t, "smtp-port"), created.value(t, "smtp-username"), created.value(t, "smtp-password")}
	if l.username != name || len(l.password) < 32 {
		t.Fatalf("credential %+v", l)
	}
	return l
}

// The main job: from sign-up to a delivered message, on both engines.
func TestLifeOfAMessage(t *testing.T) {
	engines(t, func(t *testing.T, env []string) {
		o := newOutside(t)
		p := newProgram(t, append(env, o.settings()...)...)
		p.mustCommand("migrate", "up")
		p.start()
		v := newVisitor(t, "http://"+p.web)
		slug := o.signUp(t, p, v)
		o.prove(t, v, slug, "hofladen.example")
		l := v.newCredential(t, slug, "shop")

		messageID := submit(t, p.smtp, l, "shop@hofladen.example", "kontor@customer.example")
		messages, err := o.mx.WaitFor(3, 20*time.Second) // and the mails that confirm the address and tell of the credential
		if err != nil {
			t.Fatalf("%v\n%s", err, p.log)
		}
		arrived := messages[slices.IndexFunc(messages, func(m fakemx.Message) bool {
			return strings.Contains(m.Content, "\r\nTo: <kontor@customer.example>") || len(m.Recipients) > 0 && strings.Contains(m.Recipients[0], "kontor@customer.example")
		})]
		if !arrived.TLS || strings.Contains(arrived.Content, "hidden@") || !strings.Contains(arrived.From, "@bounces.hofladen.example>") && !strings.Contains(arrived.From, ".hofladen.example>") {
			t.Errorf("arrived over TLS %v, %s\n%s", arrived.TLS, arrived.From, arrived.Content)
		}
		o.verifySignature(t, arrived.Content)
		waitDelivered(t, v, slug, messageID)
		bounceBack(t, p, arrived.From)
		if page := v.get("/a/" + slug + "/messages/" + messageID); page.Find(`[data-state="bounced"]`).Length() == 0 {
			t.Errorf("a bounce that came back does not show: %s", text(page.Selection))
		}
		if out := p.mustCommand("verify"); strings.Contains(out, "WRONG") {
			t.Error(out)
		}
	})
}

// bounceBack reports a failure to the return path of a MAIL line, and to a forged one.
func bounceBack(t testing.TB, p *program, line string) {
	t.Helper()
	_, rest, _ := strings.Cut(line, "<")
	path, _, _ := strings.Cut(rest, ">")
	c, err := smtp.Dial(p.bounce)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if err := c.Mail(""); err != nil {
		t.Fatal(err)
	}
	if err := c.Rcpt("b+00000000000000000000000000-00000000000000000000@" + strings.Split(path, "@")[1]); err == nil || !strings.HasPrefix(err.Error(), "550") {
		t.Errorf("a forged return path: %v", err)
	}
	if err := c.Rcpt(path); err != nil {
		t.Fatal(err)
	}
	report := "From: MAILER-DAEMON@mx.customer.example\r\nSubject: failure\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n" +
		"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.customer.example\r\n\r\n" +
		"Final-Recipient: rfc822; kontor@customer.example\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user\r\n--b--\r\n"
	if code, answer, err := data(c, report); err != nil || code != 250 {
		t.Fatalf("%d %s, %v", code, answer, err)
	}
}

// submit sends with Go's own client and returns the message's id from the 250.
func submit(t testing.TB, addr string, l login, from, to string) string {
	t.Helper()
	c, err := smtp.Dial(addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	steps := []func() error{
		func() error { return c.StartTLS(&tls.Config{InsecureSkipVerify: true}) },
		func() error { return c.Auth(plainAuth{l.username, l.password}) },
		func() error { return c.Mail(from) },
		func() error { return c.Rcpt(to) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	content := "From: Hofladen <" + from + ">\r\nTo: <" + to + ">\r\nBcc: hidden@x.example\r\nSubject: Your order 20930 is on its way\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello,\r\n.dots and  spaces \r\n"
	code, text, err := data(c, content)
	if err != nil || code != 250 {
		t.Fatalf("%d %s, %v", code, text, err)
	}
	return strings.TrimSpace(text[strings.LastIndexByte(text, ' '):])
}

func data(c *smtp.Client, content string) (int, string, error) {
	id, err := c.Text.Cmd("DATA")
	if err != nil {
		return 0, "", err
	}
	c.Text.StartResponse(id)
	_, _, err = c.Text.ReadResponse(354)
	c.Text.EndResponse(id)
	if err != nil {
		return 0, "", err
	}
	w := c.Text.DotWriter()
	if _, err := io.WriteString(w, content); err != nil {
		return 0, "", err
	}
	if err := w.Close(); err != nil {
		return 0, "", err
	}
	return c.Text.ReadResponse(250)
}

// plainAuth is PLAIN without net/smtp's opinion on host names.
type plainAuth struct{ username, password string }

func (a plainAuth) Start(*smtp.ServerInfo) (string, []byte, error) {
	return "PLAIN", []byte("\x00" + a.username + "\x00" + a.password), nil
}
func (plainAuth) Next([]byte, bool) ([]byte, error) { return nil, nil }

// verifySignature asks two implementations that share no code with ours.
func (o *outside) verifySignature(t *testing.T, content string) {
	t.Helper()
	resolver := &net.Resolver{PreferGo: true, Dial: dialDNS(o.dns.Addr())}
	found, err := dkim.VerifyWithOptions(strings.NewReader(content), &dkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) { return resolver.LookupTXT(t.Context(), name) }})
	if err != nil || len(found) != 1 || found[0].Err != nil || found[0].Domain != "hofladen.example" {
		t.Errorf("go-msgauth: %+v, %v\n%s", found, err, content)
	}
	selector := regexp.MustCompile(`\bs=([^;\s]+)`).FindStringSubmatch(content)
	if selector == nil {
		t.Fatal("no selector")
	}
	txt, err := resolver.LookupTXT(t.Context(), selector[1]+"._domainkey.hofladen.example")
	if err != nil {
		t.Fatal(err)
	}
	const script = "import sys,dkim\nsys.exit(0 if dkim.DKIM(sys.stdin.buffer.read()).verify(dnsfunc=lambda name,timeout=5: sys.argv[1].encode()) else 1)"
	python := "/usr/bin/python3"
	if exec.Command(python, "-c", "import dkim").Run() != nil {
		services.Missing(t, "needs the Debian package python3-dkim")
	}
	cmd := exec.Command(python, "-c", script, txt[0])
	cmd.Stdin = strings.NewReader(content)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("dkimpy: %v\n%s", err, out)
	}
}

func dialDNS(addr string) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, network, addr)
	}
}

func waitDelivered(t *testing.T, v *visitor, slug, messageID string) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		shown := v.get("/a/" + slug + "/messages/" + messageID)
		if shown.Find(`[data-state="delivered"]`).Length() > 0 {
			all := text(shown.Selection)
			for _, want := range []string{"RCPT TO:<kontor@customer.example>", "250 2.0.0 taken", "TLS 1.3"} {
				if !strings.Contains(all, want) {
					t.Errorf("the journey lacks %q:\n%s", want, all)
				}
			}
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not delivered on the page (%d): %s", shown.status, text(shown.Selection))
		}
		time.Sleep(100 * time.Millisecond)
	}
}
