package mailview

import (
	"context"

	"smtpserver/app/identity"
	"smtpserver/views/emails"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// ConfirmSubscription asks whether somebody wants to be on a list. It carries nothing that
// whoever sent the form in has typed.
func (n *Notifier) ConfirmSubscription(ctx context.Context, to, language, sender, list, token string) error {
	words := pages.WordsIn(language)
	say := func(sentence string) string { return pages.Say(sentence, sender, list) }
	return n.send(ctx, "confirm_subscription", identity.Recipient{Email: to}, emails.Letter{
		Subject: say(words.Subject), Paragraphs: []string{say(words.Mail)}, Action: words.Action, Link: n.link(urls.Subscribe(token)), After: words.After, Reason: words.Reason,
	})
}
