package mailview

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"smtpserver/app/id"
	"smtpserver/app/terms"
	"smtpserver/app/terms/redline"
	"smtpserver/views/components"
	"smtpserver/views/emails"
	"smtpserver/views/urls"
)

// NoticeMailer takes mails about the terms and says under which id they stand in the
// message log. It stores the mail in the transaction that ctx carries.
type NoticeMailer interface {
	SubmitSystem(ctx context.Context, m Mail) (id.ID, error)
}

// TermsPost implements terms.Post.
type TermsPost struct {
	mailer NoticeMailer
	public *url.URL
	brand  string
}

// NewTermsPost returns a post whose links begin with the public URL.
func NewTermsPost(m NoticeMailer, public *url.URL, brand string) *TermsPost {
	return &TermsPost{m, public, brand}
}

var _ terms.Post = (*TermsPost)(nil)

// Tell implements terms.Post.
func (p *TermsPost) Tell(ctx context.Context, l terms.Letter) (id.ID, error) {
	m, err := p.Draw(ctx, l)
	if err != nil {
		return "", err
	}
	return p.mailer.SubmitSystem(ctx, m)
}

// Draw renders a letter, for sending and for a preview.
func (p *TermsPost) Draw(ctx context.Context, l terms.Letter) (Mail, error) {
	n := p.notice(l)
	var html strings.Builder
	if err := n.HTML().Render(ctx, &html); err != nil {
		return Mail{}, fmt.Errorf("mailview: draw %s: %w", l.Kind, err)
	}
	return Mail{Kind: "terms_" + string(l.Kind), To: l.To, Subject: n.Subject, Text: n.Text(), HTML: html.String()}, nil
}

func (p *TermsPost) notice(l terms.Letter) emails.Notice {
	v, name, date := l.Version, lowerFirst(l.Version.Document.Name()), l.Version.EffectiveOn.Long()
	n := emails.Notice{
		Brand: p.brand, Home: p.public.String(), Link: p.link(urls.Account(l.Slug).SettingsTerms()), Action: "See the change and decide",
		Whole:  p.link(urls.Document(string(v.Document), v.Number)),
		Reason: "You get this mail as the owner of the account “" + l.AccountName + "”. It is a notice under the terms, so it comes whatever mail you chose to receive.",
	}
	switch {
	case l.Kind == terms.WithdrawalMail:
		n.Subject = "The announced change of our " + name + " is withdrawn"
		n.Intro = []string{
			fmt.Sprintf("We announced version %d of our %s for %s. We have withdrawn it: it will not take effect, and the version in force stays in force.", v.Number, name, v.ToldOn.Long()),
			"There is nothing to do. If you objected, your objection has fallen away with the version, and your account stays open.",
		}
		return n
	case l.Objected:
		n.Subject = fmt.Sprintf("Your account closes on %s, because you objected to our new %s", date, name)
		n.Intro = []string{
			fmt.Sprintf("You objected to version %d of our %s, which takes effect on %s. Until then everything works as before.", v.Number, name, date),
			"From that date on the account “" + l.AccountName + "” is closed: it opens only to export your data, to change your mind, or to close it for good. Please export what you need.",
		}
		n.Action = "Export, or change your mind"
		return n
	case l.Kind == terms.NoticeMail && l.Current == nil:
		n.Subject = fmt.Sprintf("New from %s: our %s", date, name)
		n.Intro = []string{fmt.Sprintf("From %s on our %s takes effect. It is a new document.", date, name)}
	case l.Kind == terms.NoticeMail:
		n.Subject = fmt.Sprintf("Our %s change on %s", plural(v.Document), date)
		n.Intro = []string{fmt.Sprintf("On %s version %d of our %s takes effect and replaces version %d.", date, v.Number, name, l.Current.Number)}
	default:
		n.Subject = fmt.Sprintf("Reminder: our %s change on %s", plural(v.Document), date)
		n.Intro = []string{fmt.Sprintf("We wrote to you that version %d of our %s takes effect on %s. This is a reminder.", v.Number, name, date)}
	}
	if v.Moved() {
		n.Intro = append(n.Intro, fmt.Sprintf("We first announced it for %s. It takes effect later, so that everybody has thirty days after the notice.", v.ToldOn.Long()))
	}
	n.FirstWords = "What changes, word by word, and what you can do."
	n.Summary = paragraphs(v.Summary)
	n.Changes, n.ChangesAs = Redline(l.Redline), l.Redline.Text(72)
	n.After = []string{
		fmt.Sprintf("If you agree, you need do nothing: using the service on or after %s counts as acceptance. You may also accept today.", date),
		fmt.Sprintf("If you do not agree, the owner of the account can object until the end of %s (UTC). Sending goes on until then; afterwards the account opens only to export your data, to change your mind, or to close it.", v.EffectiveOn.Plus(-1).Long()),
	}
	return n
}

func (p *TermsPost) link(path string) string { return p.public.JoinPath(path).String() }

// plural fits "our … change".
func plural(d terms.Document) string {
	switch d {
	case terms.Service:
		return "terms of service"
	case terms.Privacy:
		return "privacy rules"
	case terms.AcceptableUse:
		return "rules of acceptable use"
	}
	return "data processing terms"
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

func paragraphs(text string) (out []string) {
	for p := range strings.SplitSeq(text, "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// Redline is a comparison as pages and mails show it.
func Redline(r redline.Redline) components.Redline {
	out := components.Redline{Unchanged: r.Unchanged}
	for _, s := range r.Sections {
		section := components.RedlineSection{}
		if s.Heading != nil {
			b := redlineBlock(*s.Heading)
			section.Heading = &b
		}
		for _, p := range s.Parts {
			if p.Block == nil {
				section.Parts = append(section.Parts, components.RedlinePart{LeftOut: "… " + p.Words()})
				continue
			}
			b := redlineBlock(*p.Block)
			section.Parts = append(section.Parts, components.RedlinePart{Block: &b})
		}
		out.Sections = append(out.Sections, section)
	}
	return out
}

func redlineBlock(b redline.Block) components.RedlineBlock {
	out := components.RedlineBlock{Kind: string(b.Kind), Level: b.Level, Marker: b.Marker, Away: b.Change == redline.MovedAway}
	if b.Change == redline.MovedAway || b.Change == redline.MovedHere {
		out.Note = b.Where()
	}
	for _, s := range b.Spans {
		out.Spans = append(out.Spans, components.RedlineSpan{Op: string(s.Op), Text: s.Text})
	}
	return out
}
