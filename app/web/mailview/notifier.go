package mailview

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"smtpserver/app/identity"
	"smtpserver/views/emails"
	"smtpserver/views/urls"
)

// Mailer takes system mails for delivery. It must store the mail in the transaction
// that ctx carries, if there is one.
type Mailer interface {
	SendSystem(ctx context.Context, m Mail) error
}

// Mail is one rendered system mail to one person.
type Mail struct {
	Kind    string // confirm_email, already_registered, reset_password, password_changed, or a security notice's
	To      string // addr-spec
	Subject string
	Text    string
	HTML    string
}

// Notifier implements identity.Notifier.
type Notifier struct {
	mailer Mailer
	public *url.URL
	brand  string
}

// New returns a notifier whose links begin with the public URL.
func New(m Mailer, public *url.URL, brand string) *Notifier {
	return &Notifier{mailer: m, public: public, brand: brand}
}

var _ identity.Notifier = (*Notifier)(nil)

// ConfirmEmail asks to confirm the address.
func (n *Notifier) ConfirmEmail(ctx context.Context, to identity.Recipient, token string) error {
	return n.send(ctx, "confirm_email", to, emails.Letter{
		Subject: "Confirm your e-mail address",
		Paragraphs: []string{
			"You signed up at " + n.brand + " with this address. Please confirm that it is yours; then you can add a sending domain and send your first message.",
		},
		Action: "Confirm the address", Link: n.link(urls.ConfirmToken(token)),
		After:  fmt.Sprintf("The link works once, within %d hours.", int(identity.ConfirmationLife.Hours())),
		Reason: "You get this mail because somebody signed up with your address. If it was not you, ignore it: without the confirmation nothing can be sent.",
	})
}

// AlreadyRegistered tells the owner of a known address that somebody signed up with it again.
func (n *Notifier) AlreadyRegistered(ctx context.Context, to identity.Recipient) error {
	return n.send(ctx, "already_registered", to, emails.Letter{
		Subject: "You already have an account",
		Paragraphs: []string{
			"Somebody, probably you, wanted to sign up at " + n.brand + " with this address. It belongs to an account already, so nothing was changed.",
			"Sign in with your password. If you have forgotten it, the page offers a new one.",
		},
		Action: "Sign in", Link: n.link(urls.Login),
		Reason: "You get this mail because your address is registered. If it was not you who signed up, there is nothing to do: nobody learned that you have an account.",
	})
}

// ResetPassword brings the link for a new password.
func (n *Notifier) ResetPassword(ctx context.Context, to identity.Recipient, token string) error {
	return n.send(ctx, "reset_password", to, emails.Letter{
		Subject:    "Choose a new password",
		Paragraphs: []string{"Somebody, probably you, asked for a new password for your account at " + n.brand + "."},
		Action:     "Choose a new password", Link: n.link(urls.PasswordReset(token)),
		After:  "The link works once, within one hour. A new password signs you out everywhere.",
		Reason: "You get this mail because a new password was asked for with your address. If it was not you, ignore it: your password stays as it is.",
	})
}

// PasswordChanged tells that the password is another one now.
func (n *Notifier) PasswordChanged(ctx context.Context, to identity.Recipient) error {
	return n.send(ctx, "password_changed", to, emails.Letter{
		Subject: "Your password was changed",
		Paragraphs: []string{
			"The password of your account at " + n.brand + " was just changed, and all other sessions were ended.",
			"If it was you, there is nothing to do. If not, somebody else can read your mail or knew your password: choose a new one at once.",
		},
		Action: "Choose a new password", Link: n.link(urls.Password),
		Reason: "You get this mail because it concerns the safety of your account.",
	})
}

func (n *Notifier) link(path string) string { return n.public.JoinPath(path).String() }

func (n *Notifier) send(ctx context.Context, kind string, to identity.Recipient, l emails.Letter) error {
	l.Brand, l.Home = n.brand, n.public.String()
	var html strings.Builder
	if err := l.HTML().Render(ctx, &html); err != nil {
		return fmt.Errorf("mailview: draw %s: %w", kind, err)
	}
	err := n.mailer.SendSystem(ctx, Mail{Kind: kind, To: to.Email, Subject: l.Subject, Text: l.Text(), HTML: html.String()})
	if err != nil {
		return fmt.Errorf("mailview: send %s: %w", kind, err)
	}
	return nil
}
