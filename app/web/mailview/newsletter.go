package mailview

import (
	"context"

	"smtpserver/app/identity"
	"smtpserver/views/emails"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// ConfirmNewsletter asks whether somebody wants the operator's newsletter. It carries
// nothing that whoever sent the form in has typed.
func (n *Notifier) ConfirmNewsletter(ctx context.Context, to, language, token string) error {
	words := pages.WordsIn(language)
	list := pages.NewsletterWordsIn(language, n.brand).List
	say := func(sentence string) string { return pages.Say(sentence, n.brand, list) }
	return n.send(ctx, "confirm_newsletter", identity.Recipient{Email: to}, emails.Letter{
		Subject: say(words.Subject), Paragraphs: []string{say(words.Mail)}, Action: words.Action, Link: n.link(urls.NewsletterConfirm(token)), After: words.After, Reason: words.Reason,
	})
}
