package mailview

import (
	"context"

	"smtpserver/app/identity"
	"smtpserver/views/emails"
	"smtpserver/views/urls"
)

// words of a notice: what happened, and what to do when it was somebody else.
type words struct{ subject, happened, otherwise string }

// endIt is what to do about a way to sign in that somebody else added.
const endIt = "If it was not you, somebody else is signed in as you: remove it on your security page, end the other sessions there, and choose a new password."

var notices = map[identity.NoticeKind]words{
	identity.NewDevice: {
		"You signed in from a new device", "Somebody, probably you, signed in to your account from a browser that was not seen with it before.",
		"If it was not you, end that session on your security page and choose a new password.",
	},
	identity.AuthenticatorAdded: {"An authenticator app was set up", "An authenticator app was set up for your account. From now on signing in takes a code of it, and all other sessions were ended.", endIt},
	identity.AuthenticatorRemoved: {
		"The authenticator app was removed", "The authenticator app of your account was removed, and its codes open nothing any more.",
		"If it was not you, choose a new password at once and set the app up again.",
	},
	identity.RecoveryCodesMade: {
		"New recovery codes were made", "New recovery codes were made for your account. The former ones open nothing any more.",
		"If it was not you, somebody else is signed in as you: end the other sessions on your security page, choose a new password, and make new codes.",
	},
	identity.RecoveryCodeUsed: {
		"A recovery code was used", "Somebody, probably you, signed in to your account with one of your recovery codes in the place of your second factor.",
		"If it was not you, choose a new password at once and make new codes.",
	},
	identity.PasskeyAdded:     {"A passkey was added", "A passkey was added to your account. Whoever holds it can sign in as you, and all other sessions were ended.", endIt},
	identity.PasskeyRemoved:   {"A passkey was removed", "A passkey of your account was removed and signs nobody in any more.", "If it was not you, choose a new password at once and look at your security page."},
	identity.IdentityLinked:   {"A way to sign in was linked", "An identity of another provider was linked to your account. Whoever holds it can sign in as you.", endIt},
	identity.IdentityUnlinked: {"A way to sign in was unlinked", "An identity of another provider was unlinked from your account and opens it no longer.", "If it was not you, choose a new password at once and look at your security page."},
	identity.CredentialIssued: {
		"A credential was created", "A credential that may send mail was created in an account of yours.",
		"If none of your people did it, revoke it on the page Credentials of that account, and look at who is signed in.",
	},
}

// Security tells of something about how a person signs in. It repeats nothing that
// anybody typed.
func (n *Notifier) Security(ctx context.Context, to identity.Recipient, notice identity.Notice) error {
	w := notices[notice.Kind]
	return n.send(ctx, string(notice.Kind), to, emails.Letter{
		Subject: w.subject,
		Paragraphs: []string{
			w.happened,
			"It was done on " + notice.At.UTC().Format("2 January 2006 at 15:04 UTC") + ", from " + notice.Device + ", address " + notice.IP + ".",
			"If it was you, there is nothing to do. " + w.otherwise,
		},
		Action: "Open your security page", Link: n.link(urls.Security),
		Reason: "You get this mail because it concerns the safety of your account.",
	})
}
