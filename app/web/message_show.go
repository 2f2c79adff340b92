package web

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/mail/mime"
	"smtpserver/app/message"
	"smtpserver/app/tracking"
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
	days, err := s.Messages.ContentDays(r.ctx, r.scope)
	if err != nil {
		return err
	}
	mail := mime.Read(content)
	return r.show(fiber.StatusOK, d.Message.Subject, func(p layout.Page) view {
		p.Active = layout.NavMessages
		page := pages.MessageShow{
			Page: p, ID: messageID.String(), Subject: d.Message.Subject, From: d.Message.HeaderFrom, To: chosen.Recipient, DeliveryID: chosen.ID.String(),
			Stream: string(d.Message.Stream), Tag: d.Message.Tag, State: string(chosen.State), Deliveries: deliveryRows(d, chosen), Journey: journey(d, chosen, p.Now),
			Tab: messageTab(r.query("tab")), Content: contentOf(content, gone(d.Message, days), mail, r.urls().MessagePreview(messageID.String()), r.urls().MessageRaw(messageID.String())),
			Size: d.Message.Size, Attachments: len(mail.Attachments), HeaderID: d.Message.HeaderMessageID, CanRetry: chosen.State == message.Deferred,
			CanHold: chosen.State == message.Queued || chosen.State == message.Deferred, CanRelease: chosen.State == message.Held, CanCancel: !chosen.State.Final(),
			RetryDenied: r.denied(account.SendMail), CancelDenied: r.denied(account.SendMail),
		}
		page.Headline, page.Explanation = headline(chosen, lastStep(d, chosen), p.Now)
		if waits != "" {
			page.Explanation = waits
		}
		page.Facts = factsOf(d, chosen)
		if !chosen.State.Final() {
			page.ExpiresAt = d.Message.ExpiresAt
		} else if content != nil {
			page.KeptUntil = keptUntil(d, days)
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
func headline(d message.Delivery, next string, now time.Time) (headline, explanation string) {
	switch {
	case d.Scheduled(now):
		return "Scheduled for " + moment(d.DueAt), "It is stored safely and is sent at that time. Until then it can be cancelled."
	case d.State == message.Delivered:
		return "Delivered", d.Reason
	case d.State == message.Deferred:
		return d.Reason, cmp.Or(next, "We try again by ourselves; there is nothing for you to do.")
	case d.State == message.Queued:
		return "Waiting for its turn", "It is stored safely and will be tried in a moment."
	case d.State == message.Held:
		return "Held", d.Reason
	case d.State == message.Bounced:
		return d.Reason, cmp.Or(next, "This is final: the message was not delivered to this recipient.")
	}
	return d.Reason, next
}

// moment writes a time of the future.
func moment(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") }

// lastStep is what the sender should do after the last thing that happened.
func lastStep(d message.Detail, chosen message.Delivery) (next string) {
	for _, e := range d.Events {
		if e.DeliveryID != nil && *e.DeliveryID == chosen.ID {
			next = e.NextStep
		}
	}
	return next
}

// keptUntil is when the content goes, as the plan says; zero while something waits.
func keptUntil(d message.Detail, days int) (until time.Time) {
	for _, x := range d.Deliveries {
		if x.FinalAt == nil {
			return time.Time{}
		}
		if end := x.FinalAt.AddDate(0, 0, days); end.After(until) {
			until = end
		}
	}
	return until
}

// gone tells why there is no content.
func gone(m message.Message, days int) string {
	if m.ContentRemovedAt == nil {
		return "The content of this message cannot be read any more."
	}
	return fmt.Sprintf("The content was removed on %s, as the plan says: it is kept for %s after the last delivery has ended. What happened to the message stays here.",
		m.ContentRemovedAt.UTC().Format("2 January 2006"), components.Plural(int64(days), "day", "days"))
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
func journey(d message.Detail, chosen message.Delivery, now time.Time) (steps []pages.JourneyStep) {
	attempts := map[string]message.Attempt{}
	for _, a := range d.Attempts {
		attempts[a.ID.String()] = a
	}
	tries := 0
	for _, e := range d.Events {
		if e.DeliveryID != nil && *e.DeliveryID != chosen.ID {
			continue
		}
		step := pages.JourneyStep{State: stepState(e), Title: stepTitle(e, d.Message), At: e.At, Text: stepText(e, d.Message)}
		if e.AttemptID != nil {
			if a, ok := attempts[e.AttemptID.String()]; ok {
				tries++
				step.Title = "Attempt " + strconv.Itoa(tries) + " · " + strings.ToLower(step.Title)
				step.Attempt = attemptOf(a)
			}
		}
		steps = append(steps, step)
	}
	if chosen.Scheduled(now) {
		steps = append(steps, pages.JourneyStep{State: "next", Title: "Scheduled", At: chosen.DueAt, Text: "It is sent at that time."})
	}
	if chosen.State == message.Deferred {
		steps = append(steps, pages.JourneyStep{State: "next", Title: "Next try", At: chosen.DueAt, Text: "By itself; you may also try now."})
	}
	return steps
}

// stepState is what a step's colour goes by: programs that look at a mail are no news.
func stepState(e message.Event) string {
	visit := e.Kind == message.EventOpened || e.Kind == message.EventClicked
	if visit && tracking.Verdict(e.Verdict) != tracking.Human || e.Kind == message.EventPaused {
		return "seen"
	}
	return string(e.Kind)
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
	case message.EventOpened, message.EventClicked:
		title := strings.ToUpper(string(e.Kind[:1])) + string(e.Kind[1:])
		switch tracking.Verdict(e.Verdict) {
		case tracking.Machine:
			return title + " by a program"
		case tracking.Unknown:
			return title + ", by whom is not known"
		}
		return title
	case message.EventResubscribed:
		return "Subscribed again"
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

// troubles words whose trouble a failure is.
var troubles = map[message.Class]string{
	message.ClassRecipient: "About the recipient", message.ClassPolicy: "About the message or its sender", message.ClassOurs: "On our side or on the way",
}

func factsOf(d message.Detail, chosen message.Delivery) []pages.Fact {
	m := d.Message
	facts := []pages.Fact{{Label: "Recipients", Value: strconv.Itoa(m.Recipients)}, {Label: "Return path of the sender", Value: m.MailFrom}}
	if words := troubles[chosen.Class]; words != "" && chosen.State != message.Delivered {
		facts = append(facts, pages.Fact{Label: "Whose trouble", Value: words})
	}
	if chosen.Notify != "" {
		facts = append(facts, pages.Fact{Label: "Sender asked to be told", Value: strings.ToLower(strings.ReplaceAll(chosen.Notify, ",", ", "))})
	}
	if m.Track != "" {
		facts = append(facts, pages.Fact{Label: "Tracking asked for", Value: strings.ReplaceAll(m.Track, ",", ", ")})
	}
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
