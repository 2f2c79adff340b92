package mailview

import (
	"context"
	"strings"

	"smtpserver/app/identity"
	"smtpserver/views/emails"
	"smtpserver/views/urls"
)

// ChangeEmail asks one side of a change of address to confirm it. The other address
// stands on the page, not in the mail: somebody typed it.
func (n *Notifier) ChangeEmail(ctx context.Context, to identity.Recipient, old bool, token string) error {
	l := emails.Letter{
		Subject: "Confirm your new address",
		Paragraphs: []string{
			"Somebody, probably you, wants to use this address at " + n.brand + " from now on: to sign in, and for the notices that owners get.",
			"It changes when both this address and the former one have confirmed it.",
		},
		Action: "Confirm this address", Link: n.link(urls.EmailChange(token)),
		After:  "The link works for 3 days. The page also offers to cancel the change.",
		Reason: "You get this mail because your address was typed into a form. If it was not you, ignore it or cancel the change: without you it does not happen.",
	}
	if old {
		l.Subject = "Your address is about to change"
		l.Paragraphs = []string{
			"Somebody who is signed in as you, probably you, wants another address for your account at " + n.brand + ". Legal notices and links for a new password would go there.",
			"It changes only when you confirm it from here, and the new address does too.",
		}
		l.Action = "See the change and confirm it"
		l.Reason = "You get this mail because this is the address of your account. If it was not you, cancel the change on that page, end your other sessions, and choose a new password."
	}
	return n.send(ctx, "change_email", to, l)
}

// EmailChanged tells both sides that it is done.
func (n *Notifier) EmailChanged(ctx context.Context, to identity.Recipient) error {
	return n.send(ctx, "email_changed", to, emails.Letter{
		Subject: "The address of your account was changed",
		Paragraphs: []string{
			"Both addresses confirmed it: your account at " + n.brand + " has its new address. From now on you sign in with it, and notices to the owner of an account go there.",
			"Links that were mailed to the former address do not work any more.",
		},
		Action: "Open your security page", Link: n.link(urls.Security),
		Reason: "You get this mail because it concerns the safety of your account.",
	})
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
