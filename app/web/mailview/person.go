package mailview

import (
	"context"
	"time"

	"smtpserver/app/account"
	"smtpserver/app/identity"
	"smtpserver/views/emails"
	"smtpserver/views/urls"
)

// What follows implements person.Notifier. It is not said in code: that package reaches
// the customers' contacts, and mails shall not (promise 6).

// PersonLink brings the link by which somebody asks what is held about them.
func (n *Notifier) PersonLink(ctx context.Context, to, token string) error {
	return n.send(ctx, "person_link", identity.Recipient{Email: to}, emails.Letter{
		Subject: "Your data: go on here",
		Paragraphs: []string{
			"Somebody, probably you, wants to know what customers of " + n.brand + " hold about this address, or to have it erased. " + n.brand + " sends mail for businesses; each of them keeps its own lists and answers for itself.",
			"Follow the link and choose what you want. We pass it on to everybody whom it concerns.",
		},
		Action: "Choose what you want", Link: n.link(urls.PersonRequest(token)),
		After:  "The link can be used once, within 24 hours. Afterwards it shows for 90 days what was answered.",
		Reason: "You get this mail because your address was typed into a form. If it was not you, ignore it: nothing happens, and nobody learned anything about you.",
	})
}

// PersonAsked tells a member who may answer that somebody in their lists asks.
func (n *Notifier) PersonAsked(ctx context.Context, to string, a account.Account, dueAt time.Time) error {
	return n.send(ctx, "person_asked", identity.Recipient{Email: to}, emails.Letter{
		Subject: "A person asks about their data",
		Paragraphs: []string{
			"Somebody to whom " + quoted(a.Name) + " writes asks what you hold about them, or wants it erased. They proved that the address is theirs.",
			"The law gives you a month: please answer by " + dueAt.UTC().Format("2 January 2006") + ". The page shows everything that is held here, and sends or erases it with one button.",
		},
		Action: "See the request", Link: n.link(urls.Account(a.Slug).Persons()),
		Reason: "You get this mail because you own or administer this account.",
	})
}

// PersonAnswered brings a person what somebody answered them.
func (n *Notifier) PersonAnswered(ctx context.Context, to, sender string, until time.Time, token string) error {
	return n.send(ctx, "person_answered", identity.Recipient{Email: to}, emails.Letter{
		Subject:    "An answer about your data",
		Paragraphs: []string{"You asked, by way of " + n.brand + ", what is held about you or to have it erased. " + upperFirst(quoted(sender)) + " has answered."},
		Action:     "Read the answer", Link: n.link(urls.PersonAnswer(token)),
		After:  "The link works until " + until.UTC().Format(day) + ".",
		Reason: "You get this mail because you asked for it with this address.",
	})
}
