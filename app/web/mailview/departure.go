package mailview

import (
	"context"
	"time"

	"smtpserver/app/account"
	"smtpserver/app/departure"
	"smtpserver/app/identity"
	"smtpserver/views/emails"
	"smtpserver/views/urls"
)

var _ departure.Notifier = (*Notifier)(nil)

const day = "2 January 2006, 15:04 UTC"

// ExportReady tells who asked that the file is there.
func (n *Notifier) ExportReady(ctx context.Context, to string, a account.Account, until time.Time) error {
	return n.send(ctx, "export_ready", identity.Recipient{Email: to}, emails.Letter{
		Subject:    "Your export is ready",
		Paragraphs: []string{"The file with everything of " + quoted(a.Name) + " at " + n.brand + " is made."},
		Action:     "Download it", Link: n.link(urls.Account(a.Slug).Data()),
		After:  "You have to be signed in. The file is removed on " + until.UTC().Format(day) + ".",
		Reason: "You get this mail because an export was asked for with your sign-in. If it was not you, end your other sessions and change your password.",
	})
}

// AccountClosed tells the owner what happens to the account.
func (n *Notifier) AccountClosed(ctx context.Context, to string, a account.Account, eraseAt time.Time) error {
	return n.send(ctx, "account_closed", identity.Recipient{Email: to}, emails.Letter{
		Subject: "Your account is closed",
		Paragraphs: []string{
			quoted(a.Name) + " at " + n.brand + " is closed. Nothing is sent from it any more.",
			"Until " + eraseAt.UTC().Format(day) + " you can take its data with you, or reopen it. After that it is erased: what stays is what the law asks us to keep, and that addresses did not want mail from you, as hashes.",
		},
		Action: "Export or reopen", Link: n.link(urls.Account(a.Slug).Data()),
		Reason: "You get this mail because you own this account.",
	})
}
