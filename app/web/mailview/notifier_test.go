package mailview

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"

	"smtpserver/app/identity"
)

type mailer struct {
	mails []Mail
	err   error
}

func (m *mailer) SendSystem(_ context.Context, mail Mail) error {
	m.mails = append(m.mails, mail)
	return m.err
}

func TestEveryMailHasBothFormsAndItsLink(t *testing.T) {
	t.Parallel()
	public, err := url.Parse("https://mail.example.com/base")
	if err != nil {
		t.Fatal(err)
	}
	var sent mailer
	n := New(&sent, public, `Brand & "Co"`)
	ctx, to := t.Context(), identity.Recipient{Name: "Buy at http://spam.example now", Email: "ada@example.com"}
	token := strings.Repeat("a", 32)
	err = errors.Join(n.ConfirmEmail(ctx, to, token), n.AlreadyRegistered(ctx, to), n.ResetPassword(ctx, to, token), n.PasswordChanged(ctx, to))
	links := []string{"/confirm/" + token, "/login", "/password/" + token, "/password"}
	for kind := range notices {
		err = errors.Join(err, n.Security(ctx, to, identity.Notice{Kind: kind, Detail: "spam.example", Device: "Firefox on Windows", IP: "192.0.2.1"}))
		links = append(links, "/security")
	}
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range sent.mails {
		link := "https://mail.example.com/base" + links[i]
		if m.To != "ada@example.com" || m.Subject == "" || !strings.Contains(m.Text, "\n"+link+"\n") || !strings.Contains(m.HTML, `href="`+link+`"`) {
			t.Errorf("%s: %+v", m.Kind, m)
		}
		if strings.Contains(m.Text+m.HTML+m.Subject, "spam.example") {
			t.Errorf("%s repeats what a stranger may have typed as a name", m.Kind)
		}
		if !strings.Contains(m.HTML, "Brand &amp; &#34;Co&#34;") || strings.Contains(m.HTML, "<img") {
			t.Errorf("%s: %s", m.Kind, m.HTML)
		}
		for line := range strings.Lines(m.Text) {
			if len(line) > 78 && !strings.Contains(line, "://") {
				t.Errorf("%s: a long line: %q", m.Kind, line)
			}
		}
	}
}

func TestAMailThatCannotBeStoredIsAnError(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	n := New(&mailer{err: full}, &url.URL{Scheme: "http", Host: "x.example"}, "B")
	if err := n.PasswordChanged(t.Context(), identity.Recipient{}); !errors.Is(err, full) {
		t.Errorf("got %v", err)
	}
}
