package e2e

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/smtp"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"blitiri.com.ar/go/spf"
	"github.com/emersion/go-msgauth/dkim"
	"github.com/emersion/go-msgauth/dmarc"

	"smtpserver/app/testkit/fakemx"
	"smtpserver/app/testkit/services"
)

// mixed is a message of one of many shapes.
func mixed(i int) string {
	to := fmt.Sprintf("To: <r%d@customer.example>\r\n", i)
	from := "From: \"Hofladen, Brandt\" <shop@hofladen.example>\r\n"
	html := "<html><body>" + strings.Repeat(fmt.Sprintf(`<p>Grüße &amp; Äpfel <a href="https://hofladen.example/%d?a=1&amp;b=ü">hier</a></p>`+"\r\n", i), 1+i%40) + "</body></html>\r\n"
	broadcast := "X-SMTPServer-Stream: broadcast\r\n"
	switch i % 10 {
	case 0:
		return from + to + "Subject: Plain\r\n\r\nHello\r\n.\r\n..\r\nFrom here\r\n"
	case 1:
		return broadcast + from + to + "Subject: =?utf-8?q?=C3=84pfel?=\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + html
	case 2:
		return broadcast + from + to + "Subject: b64\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n" + wrapped(html)
	case 3:
		return broadcast + from + to + "Subject: parts\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"b b\"\r\n\r\npreamble\r\n--b b\r\nContent-Type: text/plain\r\n\r\nHi\r\n--b b\r\nContent-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>Gr=FC=DFe <a href=3D\"https://hofladen.example/\">x</a>=\r\n</p>\r\n--b b--\r\nepilogue\r\n"
	case 4:
		return from + to + "Subject: long\r\nX-Note: " + strings.Repeat("word ", 150) + "\r\n\r\n" + strings.Repeat("x", 990) + "\r\n\r\n\r\n"
	case 5:
		return broadcast + from + to + "Subject: own\r\nList-Unsubscribe: <https://hofladen.example/u>\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<a href=https://hofladen.example/u>out</a> <a href='https://hofladen.example/x'>x</a>\r\n"
	case 6:
		return "X-SMTPServer-Track: opens,clicks\r\n" + from + to + "Subject: asked\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html
	case 7:
		return from + to + "Cc: <c@customer.example>\r\nSubject: \tfolded\r\n and more\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n--m\r\n\r\ntext  \r\n--m\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" + wrapped(strings.Repeat("pdf", 3000)) + "--m--\r\n"
	case 8:
		return broadcast + from + to + "Subject: one long line\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p><a href=\"https://hofladen.example/" + strings.Repeat("long/", 150) + "\">x</a>\r\n"
	}
	return from + to + "Subject: empty\r\n\r\n"
}

func wrapped(s string) string {
	return regexp.MustCompile(`.{1,76}`).ReplaceAllString(base64.StdEncoding.EncodeToString([]byte(s)), "$0\r\n")
}

// a thousand messages of all shapes arrive with a signature that two programs
// verify which share no code with ours, from a path that SPF allows, both in the name of
// the From field.
func TestAThousandMessagesAreAuthentic(t *testing.T) {
	const n = 1000
	o := newOutside(t)
	p := newProgram(t, o.settings()...)
	p.mustCommand("migrate", "up")
	p.start()
	v := newVisitor(t, "http://"+p.web)
	slug := o.signUp(t, p, v)
	o.prove(t, v, slug, "hofladen.example")
	l := v.newCredential(t, slug, "shop")
	if err := o.dns.Add("rp.mail.host.example. TXT \"v=spf1 ip4:127.0.0.0/8 -all\"\n"); err != nil {
		t.Fatal(err)
	}
	c, err := smtp.Dial(p.smtp)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if err := c.StartTLS(&tls.Config{InsecureSkipVerify: true}); err != nil {
		t.Fatal(err)
	}
	if err := c.Auth(plainAuth{l.username, l.password}); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if err := c.Mail("shop@hofladen.example"); err != nil {
			t.Fatal(err)
		}
		if err := c.Rcpt(fmt.Sprintf("r%d@customer.example", i)); err != nil {
			t.Fatal(err)
		}
		if code, text, err := data(c, mixed(i)); err != nil || code != 250 {
			t.Fatalf("shape %d: %d %s, %v", i%10, code, text, err)
		}
	}
	arrived, err := o.mx.WaitFor(n+2, 90*time.Second) // and the mails that confirm the address and tell of the credential
	if err != nil {
		t.Fatal(err)
	}
	var ours []fakemx.Message
	for _, m := range arrived {
		if strings.Contains(m.Content, "<shop@hofladen.example>\r\n") {
			ours = append(ours, m)
		}
	}
	if len(ours) != n {
		t.Fatalf("%d of %d arrived", len(ours), n)
	}
	o.judge(t, ours)
}

// judge has the messages verified.
func (o *outside) judge(t *testing.T, all []fakemx.Message) {
	t.Helper()
	resolver := &net.Resolver{PreferGo: true, Dial: dialDNS(o.dns.Addr())}
	lookUp := func(name string) ([]string, error) {
		return resolver.LookupTXT(t.Context(), strings.TrimSuffix(name, "."))
	}
	policy, err := dmarc.LookupWithOptions("hofladen.example", &dmarc.LookupOptions{LookupTXT: lookUp})
	if err != nil {
		t.Fatalf("DMARC: %v", err)
	}
	paths := regexp.MustCompile(`<([^>]+)>`)
	marked, contents := 0, make([]string, 0, len(all))
	for i, m := range all {
		contents = append(contents, m.Content)
		found, err := dkim.VerifyWithOptions(strings.NewReader(m.Content), &dkim.VerifyOptions{LookupTXT: lookUp})
		if err != nil || len(found) != 1 || found[0].Err != nil || found[0].Domain != "hofladen.example" { // aligned, strictly
			t.Fatalf("go-msgauth: message %d: %+v, %v\n%s", i, found, err, m.Content)
		}
		path := paths.FindStringSubmatch(m.From)[1]
		if result, err := spf.CheckHostWithSender(net.IPv4(127, 0, 0, 1), "mail.host.example", path, spf.WithResolver(resolver), spf.WithContext(context.Background())); result != spf.Pass {
			t.Fatalf("SPF of %s: %s, %v", path, result, err)
		}
		if policy.SPFAlignment == dmarc.AlignmentStrict || !strings.HasSuffix(path, ".hofladen.example") {
			t.Fatalf("%s is not aligned with the From field", path)
		}
		if strings.Contains(m.Content, "/c/") {
			marked++
		}
	}
	if marked < len(all)/10 {
		t.Errorf("only %d of the messages are marked", marked)
	}
	const script = "import sys,json,dkim\nbad=[]\nfor i,m in enumerate(json.load(sys.stdin)):\n" +
		"  if not dkim.DKIM(m.encode('utf-8','surrogateescape')).verify(dnsfunc=lambda name,timeout=5: sys.argv[1].encode()): bad.append(i)\nprint(len(bad), bad[:10])\nsys.exit(1 if bad else 0)"
	python := "/usr/bin/python3"
	if exec.Command(python, "-c", "import dkim").Run() != nil {
		services.Missing(t, "needs the Debian package python3-dkim")
	}
	selector := regexp.MustCompile(`\bs=([^;\s]+)`).FindStringSubmatch(all[0].Content)
	txt, err := lookUp(selector[1] + "._domainkey.hofladen.example")
	if err != nil {
		t.Fatal(err)
	}
	list, err := json.Marshal(contents)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-c", script, txt[0])
	cmd.Stdin = bytes.NewReader(list)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("dkimpy: %v: %s", err, out)
	}
}
