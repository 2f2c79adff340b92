package e2e

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/smtp"
	"regexp"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/automation"
	"smtpserver/app/boot"
	"smtpserver/app/broadcast"
	"smtpserver/app/campaign"
	"smtpserver/app/config"
	"smtpserver/app/contact"
	"smtpserver/app/content"
	"smtpserver/app/domain"
	"smtpserver/app/id"
	news "smtpserver/app/newsletter"
	"smtpserver/app/template"
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

// correspondent is a customer with a proven domain, whose mail of every kind arrives outside.
type correspondent struct {
	*outside
	*testing.T
	v     *boot.Services
	scope account.Scope
	from  domain.Domain
	n     int // mails that must have arrived by now
}

// mail of all shapes and kinds arrives with a signature that two programs
// verify which share no code with ours, from a path that SPF allows, both in the name of
// the From field: by SMTP, campaigns of every starter and language, an automation, the
// operator's mailing and its notices. Two implementations judge each of DKIM, SPF, DMARC.
func TestMixedMailIsAuthentic(t *testing.T) {
	python := authenticPython(t)
	n := 60
	if long() {
		n = 1000
	}
	c := newCorrespondent(t, n*6/10)
	c.campaigns(n / 20)
	c.automation(n / 20)
	c.mailing(n / 20)
	arrived, err := c.mx.WaitFor(c.n, 3*time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	judged := c.judge(t, python, arrived)
	if judged < n {
		t.Errorf("%d messages were judged, want at least %d", judged, n)
	}
	services.Report(t, "Authentic mail", fmt.Sprintf("%d messages: DKIM (go-msgauth, dkimpy), SPF (blitiri, pyspf) and DMARC (go-msgauth, authheaders) pass and are aligned\n", judged))
}

// newCorrespondent signs up by the pages, and sends n messages by SMTP.
func newCorrespondent(t *testing.T, n int) *correspondent {
	t.Helper()
	o := newOutside(t)
	p := newProgram(t, o.settings()...)
	p.mustCommand("migrate", "up")
	p.start()
	visitor := newVisitor(t, "http://"+p.web)
	slug := o.signUp(t, p, visitor)
	o.prove(t, visitor, slug, "hofladen.example")
	l := visitor.newCredential(t, slug, "shop")
	c := &correspondent{outside: o, T: t, n: 2} // the mails that confirm the address and tell of the credential
	settings, err := config.Load(p.env)
	c.try(err)
	c.v, err = boot.OpenBeside(t.Context(), settings, slog.New(slog.DiscardHandler))
	c.try(err)
	t.Cleanup(func() { _ = c.v.Close(context.Background()) })
	var accountID id.ID
	c.sql(func(tx *gorm.DB) error {
		return tx.Raw("SELECT account_id FROM accounts WHERE slug = ?", slug).Scan(&accountID).Error
	})
	c.scope = systemScope(accountID)
	c.from = c.domains(c.scope)[0]
	c.publishOperator()
	c.submit(p.smtp, l, n)
	return c
}

func systemScope(accountID id.ID) account.Scope {
	return account.NewScope(accountID, account.Actor{Kind: account.ActorSystem})
}

func (c *correspondent) try(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

func (c *correspondent) sql(do func(tx *gorm.DB) error) {
	c.Helper()
	c.try(c.v.Store.SystemWrite(c.Context(), "test: authentic mail", func(_ context.Context, tx *gorm.DB) error { return do(tx) }))
}

func (c *correspondent) domains(scope account.Scope) []domain.Domain {
	c.Helper()
	all, err := c.v.Domains.List(c.Context(), scope)
	c.try(err)
	if len(all) == 0 {
		c.Fatal("no domain")
	}
	return all
}

// publishOperator puts the records of the program's own name into DNS.
func (c *correspondent) publishOperator() {
	c.Helper()
	scope := systemScope(c.v.Newsletter.Operator)
	shown, err := c.v.Domains.Show(c.Context(), scope, c.domains(scope)[0].ID)
	c.try(err)
	var kept []domain.Record
	for _, r := range shown.Records {
		if r.Type == "TXT" {
			kept = append(kept, r)
		}
	}
	c.try(c.dns.Add(domain.ZoneText(shown.Domain, kept) + "rp." + shown.Name + ". TXT \"v=spf1 ip4:127.0.0.0/8 ip4:" + publicAddress + " -all\"\nrp." + shown.Name + ". MX 10 " + shown.Name + ".\n"))
}

// submit sends n messages of all shapes by SMTP.
func (c *correspondent) submit(addr string, l login, n int) {
	c.Helper()
	client, err := smtp.Dial(addr)
	c.try(err)
	defer func() { _ = client.Close() }()
	c.try(client.StartTLS(&tls.Config{InsecureSkipVerify: true}))
	c.try(client.Auth(plainAuth{l.username, l.password}))
	for i := range n {
		c.try(client.Mail("shop@hofladen.example"))
		c.try(client.Rcpt(fmt.Sprintf("r%d@customer.example", i)))
		if code, text, err := data(client, mixed(i)); err != nil || code != 250 {
			c.Fatalf("shape %d: %d %s, %v", i%10, code, text, err)
		}
	}
	c.n += n
}

// people puts n contacts on a new list.
func (c *correspondent) people(name string, n int) id.ID {
	c.Helper()
	l, err := c.v.Contacts.AddList(c.Context(), c.scope, name, "", "")
	c.try(err)
	c.join(l.ID, strings.ToLower(name), n)
	return l.ID
}

func (c *correspondent) join(list id.ID, name string, n int) {
	c.Helper()
	for i := range n {
		_, err := c.v.Contacts.Add(c.Context(), c.scope, contact.Draft{Email: fmt.Sprintf("%s%d@customer.example", name, i), Name: "Zoë " + strings.Repeat("Ünal ", i%7)}, "They asked for it in writing.", []id.ID{list})
		c.try(err)
	}
	c.n += n
}

// written are contents in every language of ours, and those that break mail: long lines,
// lines that begin with a dot or From, fields in every part.
func written() []content.Source {
	var all []content.Source
	for _, s := range template.Starters() {
		all = append(all, s.Source)
	}
	leave := `<p><a href="{{ unsubscribe_url }}">Abbestellen</a></p>`
	return append(all,
		content.Source{Kind: content.HTML, Subject: "Äpfel für {{ name }} " + strings.Repeat("日本語 ", 20), Body: "<p>" + strings.Repeat("länger ", 400) + `<a href="https://hofladen.example/?q=ü&amp;b={{ email }}">hier</a></p>` + leave},
		content.Source{Kind: content.Markdown, Subject: "Dots", Body: "# {{ name }}\n\n.\n\n..\n\nFrom here on\n\n" + strings.Repeat("x", 3000) + "\n", Text: ".\n..\nFrom {{ name }}\n" + strings.Repeat("y", 2000) + "\n{{ unsubscribe_url }}\n"},
	)
}

// campaigns sends each content to n contacts.
func (c *correspondent) campaigns(n int) {
	c.Helper()
	audience, err := campaign.Audience{Include: []campaign.Set{{Kind: campaign.OfList, ID: c.people("Letter", n)}}}.JSON()
	c.try(err)
	c.n -= n
	for i, source := range written() {
		made, err := c.v.Campaigns.Create(c.Context(), c.scope, broadcast.Brief{
			Kind: broadcast.ToContacts, Name: fmt.Sprintf("Campaign %d", i), Audience: audience, DomainID: c.from.ID, FromName: "Hofladen, Brandt ☕", FromLocal: "news",
			TrackOpens: i%2 == 0, TrackClicks: true, Content: []broadcast.Variant{{Source: source}},
		})
		c.try(err)
		c.try(c.v.Campaigns.Start(c.Context(), c.scope, made.ID))
		c.n += n
	}
}

// automation welcomes n people who join a list.
func (c *correspondent) automation(n int) {
	c.Helper()
	list := c.people("Club", 0)
	a, err := c.v.Automations.Create(c.Context(), c.scope, automation.Draft{
		Recipe: automation.Welcome, Name: "Welcome", ListID: list, DomainID: c.from.ID, FromName: "Hofladen", FromLocal: "club", TrackClicks: true,
	})
	c.try(err)
	c.try(c.v.Automations.SetStep(c.Context(), c.scope, a.ID, a.Revision, "", 0, written()[0]))
	c.try(c.v.Automations.TurnOn(c.Context(), c.scope, a.ID))
	c.join(list, "club", n)
}

// mailing sends the operator's news to n subscribers and to the owner.
func (c *correspondent) mailing(n int) {
	c.Helper()
	now, scope := c.v.Store.Now(), systemScope(c.v.Newsletter.Operator)
	c.sql(func(tx *gorm.DB) error {
		for i := range n {
			address := fmt.Sprintf("reader%d@customer.example", i)
			err := tx.Exec("INSERT INTO subscribers (subscriber_id, address, given, language, state, left_by, confirmed_at) VALUES (?, ?, ?, 'en', 'confirmed', '', ?)", id.New(), address, address, now).Error
			if err != nil {
				return err
			}
		}
		return nil
	})
	audience, err := json.Marshal(news.Audience{Owners: true, Subscribers: true})
	c.try(err)
	made, err := c.v.Campaigns.Create(c.Context(), scope, broadcast.Brief{
		Kind: broadcast.Mailing, Name: "News", Audience: audience, DomainID: c.domains(scope)[0].ID, FromName: "The service", FromLocal: "news", TrackOpens: true, TrackClicks: true,
		Content: []broadcast.Variant{{Source: written()[1]}},
	})
	c.try(err)
	c.try(c.v.Campaigns.Start(c.Context(), scope, made.ID))
	c.n += n + 1
}
