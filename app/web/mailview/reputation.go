package mailview

import (
	"context"

	"smtpserver/app/identity"
	"smtpserver/app/reputation"
	"smtpserver/views/emails"
	"smtpserver/views/urls"
)

var _ reputation.Mailer = (*Notifier)(nil)

// standingSubjects are the subjects of what an owner is told of the account's standing.
var standingSubjects = map[reputation.Kind]string{
	reputation.StepWarned:    "A warning: too many recipients bounce, complain or refuse",
	reputation.StepSlowed:    "Broadcast mail is slowed down",
	reputation.StepBroadcast: "Broadcast mail is held",
	reputation.StepAll:       "All mail is held",
	reputation.StepEased:     "Your account's figures have recovered",
	reputation.StepLifted:    "We lifted what was held",
	reputation.StepKept:      "We looked at it, and it stays as it is",
	reputation.StepSuspended: "Your account is suspended",
	reputation.StepRestored:  "Your account's suspension is lifted",
	reputation.StepStopped:   "We stopped your account's mail for the moment",
	reputation.StepStarted:   "Your account's mail goes on",
	reputation.StepCampaign:  "A campaign is paused: too many recipients bounce or complain",
	reputation.StepLetGo:     "Your campaign goes on",
	reputation.StepTrusted:   "The limits of new accounts are over for you",
	reputation.StepContent:   "A mail is held because of what it says",
	reputation.StepClosed:    "The case about your account is closed",
}

// Stood tells the owner of a step: the numbers, what is held, and the way out.
func (n *Notifier) Stood(ctx context.Context, to reputation.Owner, s reputation.Step) error {
	l := emails.Letter{
		Subject:    standingSubjects[s.Kind],
		Paragraphs: []string{"This is about " + quoted(to.Account) + " at " + n.brand + ".", s.Words},
		Action:     "See the account's standing", Link: n.link(urls.Account(to.Slug).Standing()),
		Reason: "You get this mail because you own this account.",
	}
	if s.Reason != "" {
		l.Paragraphs = append(l.Paragraphs, "The reason: "+s.Reason)
	}
	l.After = s.WayOut
	return n.send(ctx, "standing", identity.Recipient{Email: to.Mail}, l)
}

// Answered brings staff's answer to an appeal.
func (n *Notifier) Answered(ctx context.Context, to reputation.Owner, text string) error {
	return n.send(ctx, "standing_answered", identity.Recipient{Email: to.Mail}, emails.Letter{
		Subject:    "An answer about your account's standing",
		Paragraphs: []string{"We answered you about " + quoted(to.Account) + " at " + n.brand + ":", text},
		Action:     "See the account's standing", Link: n.link(urls.Account(to.Slug).Standing()),
		Reason: "You get this mail because you own this account.",
	})
}
