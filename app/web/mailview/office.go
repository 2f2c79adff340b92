package mailview

import (
	"context"

	"smtpserver/app/identity"
	"smtpserver/app/office"
	"smtpserver/views/emails"
	"smtpserver/views/urls"
)

var _ office.Notifier = (*Notifier)(nil)

// StaffInvited brings the link by which somebody enters the back office.
func (n *Notifier) StaffInvited(ctx context.Context, to, invitedBy string, roles office.Roles, token string) error {
	return n.send(ctx, "staff_invited", identity.Recipient{Email: to}, emails.Letter{
		Subject: "Your way into the back office of " + n.brand,
		Paragraphs: []string{
			invitedBy + " lets you into the back office of " + n.brand + ", as " + roles.Words() + ".",
			"The link signs you in. Set up a second factor at once: without it nothing opens.",
		},
		Action: "Sign in", Link: n.link(urls.StaffEnter(token)),
		After:  "The link works once, within the hour.",
		Reason: "You get this mail because somebody of " + n.brand + " typed your address. If you do not expect it, ignore it: nothing happens.",
	})
}
