package mailview

import (
	"context"
	"regexp"
	"strings"

	"smtpserver/app/account"
	"smtpserver/app/identity"
	"smtpserver/views/emails"
	"smtpserver/views/urls"
)

var _ account.Notifier = (*Notifier)(nil)

// linkLike is what a mail program makes a link of.
var linkLike = regexp.MustCompile(`(?i)[:/@\\]|[^\s.]\.[^\s.]`)

// quoted is an account's name in a mail to somebody outside: a stranger chose it, so
// one that could be a link is left out.
func quoted(name string) string {
	name = strings.Join(strings.Fields(name), " ")
	if linkLike.MatchString(name) || len([]rune(name)) > 60 {
		return "an account"
	}
	return "the account “" + name + "”"
}

// Invitation brings the link by which somebody joins an account.
func (n *Notifier) Invitation(ctx context.Context, to string, i account.InvitationMail) error {
	return n.send(ctx, "invitation", identity.Recipient{Email: to}, emails.Letter{
		Subject: "You are invited to an account at " + n.brand,
		Paragraphs: []string{
			i.InvitedBy + " invites you to work in " + quoted(i.Account) + " at " + n.brand + ", as " + string(i.Role) + ".",
		},
		Action: "See the invitation", Link: n.link(urls.Invite(i.Token)),
		After:  "The link works once, until " + i.ExpiresAt.UTC().Format("2 January 2006, 15:04 UTC") + ".",
		Reason: "You get this mail because somebody typed your address into an invitation. If you do not know them, ignore it: nothing happens, and it ends by itself.",
	})
}

// TransferAsked tells both sides that an account is offered to another owner.
func (n *Notifier) TransferAsked(ctx context.Context, to string, t account.TransferMail) error {
	return n.send(ctx, "transfer_asked", identity.Recipient{Email: to}, emails.Letter{
		Subject: "An account is offered to another owner",
		Paragraphs: []string{
			t.From + " offers " + quoted(t.Account) + " at " + n.brand + " to " + t.To + ".",
			"Nothing changes until " + t.To + " accepts on the team page. The owner gets the legal notices, pays, and alone can close the account. " + t.From + " stays as an admin.",
		},
		Action: "Open the team page", Link: n.link(urls.Account(t.Slug).Team()),
		After:  "The offer ends by itself after 7 days; either of you can end it before.",
		Reason: "You get this mail because it concerns who owns an account of yours. If you did not expect it, decline or withdraw the offer on that page.",
	})
}

// Transferred tells both sides that an account has another owner.
func (n *Notifier) Transferred(ctx context.Context, to string, t account.TransferMail) error {
	return n.send(ctx, "transferred", identity.Recipient{Email: to}, emails.Letter{
		Subject:    "An account has another owner",
		Paragraphs: []string{quoted(t.Account) + " at " + n.brand + " now belongs to " + t.To + ". " + t.From + " is an admin of it."},
		Action:     "Open the team page", Link: n.link(urls.Account(t.Slug).Team()),
		Reason: "You get this mail because it concerns who owns an account of yours.",
	})
}
