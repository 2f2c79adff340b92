package dsn

import (
	"fmt"
	"strings"

	"smtpserver/app/mail/header"
)

// Subject says what happened; the most serious goes first.
func (m *Message) Subject() string {
	what := "Delivered: "
	switch {
	case m.has(Failed):
		what = "Not delivered: "
	case m.has(Delayed):
		what = "Delayed: "
	case m.has(Relayed):
		what = "Passed on: "
	}
	title := m.title()
	if title == "" {
		title = "your message"
	}
	return what + title
}

// title is the subject of the original, short enough to repeat.
func (m *Message) title() string {
	s, _, err := header.Parse(m.Original)
	if err != nil {
		return ""
	}
	const most = 120
	title := []rune(strings.TrimSpace(s.Text("Subject")))
	if len(title) > most {
		title = append(title[:most], '…')
	}
	return string(title)
}

// openings begin the part for people, by action, in the order of seriousness.
var openings = []struct {
	action  Action
	opening string
}{
	{Failed, "Your message could not be delivered to:"},
	{Delayed, "Your message has not been delivered yet, and we go on trying. You need not send it again. It waits for:"},
	{Relayed, "Your message was passed on to the recipient's server, which sends no reports of its own. It went to:"},
	{Delivered, "Your message was delivered to:"},
}

// words is the part for people.
func (m *Message) words() string {
	var b strings.Builder
	b.WriteString("This is the mail system at " + header.Visible(m.ReportingMTA) + ".\r\n")
	if title := m.title(); title != "" {
		fmt.Fprintf(&b, "It is about your message “%s”", title)
		if !m.Arrival.IsZero() {
			b.WriteString(" of " + m.Arrival.Format("2 January 2006, 15:04 MST"))
		}
		b.WriteString(".\r\n")
	}
	for _, o := range openings {
		if !m.has(o.action) {
			continue
		}
		b.WriteString("\r\n" + o.opening + "\r\n")
		for i := range m.Recipients {
			if r := &m.Recipients[i]; r.Action == o.action {
				r.tell(&b)
			}
		}
	}
	b.WriteString("\r\nThe rest of this report is for programs.\r\n")
	return b.String()
}

func (r *Recipient) tell(b *strings.Builder) {
	b.WriteString("\r\n    " + mailbox(r.Final) + "\r\n")
	for _, s := range []string{r.Reason, r.Next} {
		if s != "" {
			b.WriteString("    " + header.Visible(s) + "\r\n")
		}
	}
	if r.Action == Delayed && !r.RetryUntil.IsZero() {
		b.WriteString("    We give up on " + r.RetryUntil.Format("2 January 2006 at 15:04 MST") + ".\r\n")
	}
	if r.Reply != "" && r.Action != Delivered {
		reply := strings.ToValidUTF8(r.Reply[:min(len(r.Reply), maxField)], "")
		b.WriteString("    The server answered: " + header.Visible(reply) + "\r\n")
	}
}
