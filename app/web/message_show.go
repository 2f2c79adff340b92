package web

import (
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/mail/mime"
	"smtpserver/app/mail/verdict"
	"smtpserver/app/message"
	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// messageShow shows one message: its journey, or its content in a tab.
func (s *Server) messageShow(r *request) error {
	messageID, err := r.id()
	if err != nil {
		return err
	}
	d, err := s.Messages.Show(r.ctx, r.scope, messageID)
	if err != nil {
		return err
	}
	content, err := s.Messages.Content(r.ctx, r.scope, messageID)
	if err != nil {
		return err
	}
	chosen := d.Deliveries[0]
	for _, x := range d.Deliveries {
		if x.ID.String() == r.query("delivery") {
			chosen = x
		}
	}
	waits, err := s.Destinations.Waits(r.ctx, chosen)
	if err != nil {
		return err
	}
	mail := mime.Read(content)
	return r.show(fiber.StatusOK, d.Message.Subject, func(p layout.Page) view {
		p.Active = layout.NavMessages
		page := pages.MessageShow{
			Page: p, ID: messageID.String(), Subject: d.Message.Subject, From: d.Message.HeaderFrom, To: chosen.Recipient, DeliveryID: chosen.ID.String(),
			Stream: string(d.Message.Stream), Tag: d.Message.Tag, State: string(chosen.State), Deliveries: deliveryRows(d, chosen), Journey: journey(d, chosen),
			Tab: messageTab(r.query("tab")), Content: contentOf(content, mail, r.urls().MessagePreview(messageID.String()), r.urls().MessageRaw(messageID.String())),
			Size: d.Message.Size, Attachments: len(mail.Attachments), HeaderID: d.Message.HeaderMessageID, CanRetry: chosen.State == message.Deferred,
			CanHold: chosen.State == message.Queued || chosen.State == message.Deferred, CanRelease: chosen.State == message.Held, CanCancel: !chosen.State.Final(),
			RetryDenied: r.denied(account.SendMail), CancelDenied: r.denied(account.SendMail),
		}
		page.Headline, page.Explanation = headline(chosen)
		if waits != "" {
			page.Explanation = waits
		}
		page.Facts = factsOf(d)
		if !chosen.State.Final() {
			page.ExpiresAt = d.Message.ExpiresAt
		}
		return page
	})
}

func messageTab(tab string) string {
	switch tab {
	case "preview", "html", "text", "headers", "raw":
		return tab
	}
	return ""
}

// headline words the state: what happened, and what follows.
func headline(d message.Delivery) (headline, explanation string) {
	switch d.State {
	case message.Delivered:
		return "Delivered", d.Reason
	case message.Deferred:
		return d.Reason, advice(d, "We try again by ourselves; there is nothing for you to do.")
	case message.Queued:
		return "Waiting for its turn", "It is stored safely and will be tried in a moment."
	case message.Held:
		return "Held", d.Reason
	case message.Bounced:
		return d.Reason, advice(d, "This is final: the message was not delivered to this recipient.")
	}
	return d.Reason, ""
}

// advice is what to do about a server's reply, or the usual words when no server spoke.
func advice(d message.Delivery, usual string) string {
	r := verdict.ParseDiagnostic(d.LastReply)
	if r.Code == 0 {
		return usual
	}
	if next := verdict.Of(r, "").Next; next != "" {
		return next
	}
	return usual
}

func deliveryRows(d message.Detail, chosen message.Delivery) (rows []pages.DeliveryRow) {
	if len(d.Deliveries) < 2 {
		return nil
	}
	for _, x := range d.Deliveries {
		row := pages.DeliveryRow{ID: x.ID.String(), Recipient: x.Recipient, State: string(x.State), Reason: x.Reason, Selected: x.ID == chosen.ID}
		if x.State == message.Deferred {
			row.NextTry = x.DueAt
		}
		rows = append(rows, row)
	}
	return rows
}

// journey tells the steps of one delivery, and of the message as a whole.
func journey(d message.Detail, chosen message.Delivery) (steps []pages.JourneyStep) {
	attempts := map[string]message.Attempt{}
	for _, a := range d.Attempts {
		attempts[a.ID.String()] = a
	}
	tries := 0
	for _, e := range d.Events {
		if e.DeliveryID != nil && *e.DeliveryID != chosen.ID {
			continue
		}
		step := pages.JourneyStep{State: string(e.Kind), Title: stepTitle(e, d.Message), At: e.At, Text: stepText(e, d.Message)}
		if e.AttemptID != nil {
			if a, ok := attempts[e.AttemptID.String()]; ok {
				tries++
				step.Title = "Attempt " + strconv.Itoa(tries) + " · " + strings.ToLower(step.Title)
				step.Attempt = attemptOf(a)
			}
		}
		steps = append(steps, step)
	}
	if chosen.State == message.Deferred {
		steps = append(steps, pages.JourneyStep{State: "next", Title: "Next try", At: chosen.DueAt, Text: "By itself; you may also try now."})
	}
	return steps
}

func stepTitle(e message.Event, m message.Message) string {
	switch e.Kind {
	case message.EventAccepted:
		if m.CredentialID == nil {
			return "Accepted"
		}
		return "Accepted by SMTP"
	case message.EventMaybeDelivered:
		return "Maybe delivered"
	case message.EventRetried:
		return "Try now"
	}
	return strings.ToUpper(string(e.Kind[:1])) + string(e.Kind[1:])
}

func stepText(e message.Event, m message.Message) string {
	if e.Kind != message.EventAccepted || m.ClientIP == "" {
		return e.Reason
	}
	text := "From " + m.ClientIP
	if m.ClientTLS != "" {
		text += " over " + m.ClientTLS
	}
	return text + ", stored before the answer."
}

func attemptOf(a message.Attempt) *pages.Attempt {
	out := &pages.Attempt{Host: a.Host, RemoteAddr: a.RemoteAddr, LocalAddr: a.LocalAddr, TLS: a.TLS, Duration: time.Duration(a.DurationUS) * time.Microsecond}
	for _, l := range a.Transcript {
		side := l.Side
		if side == "-" {
			side = ""
		}
		out.Transcript = append(out.Transcript, components.Line{Side: side, Text: l.Text, AtMS: l.AtMS})
	}
	return out
}

func factsOf(d message.Detail) []pages.Fact {
	m := d.Message
	facts := []pages.Fact{{Label: "Recipients", Value: strconv.Itoa(m.Recipients)}, {Label: "Return path of the sender", Value: m.MailFrom}}
	for _, a := range d.Attempts {
		if a.Selector != "" {
			facts = append(facts, pages.Fact{Label: "DKIM selector", Value: a.Selector})
			break
		}
	}
	for key, value := range m.Metadata {
		facts = append(facts, pages.Fact{Label: key, Value: value})
	}
	return facts
}
