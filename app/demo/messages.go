package demo

import (
	"context"
	"fmt"
	"strings"
	"time"

	"smtpserver/app/id"
	"smtpserver/app/message"
)

// outcome is one way in which a delivery goes, with how many of a thousand do.
type outcome struct {
	share  int
	state  message.State
	event  message.EventKind
	class  message.Class
	reason string
	reply  string
}

var outcomes = []outcome{
	{938, message.Delivered, message.EventDelivered, message.ClassNone, "Delivered.", "250 2.0.0 OK: queued"},
	{22, message.Bounced, message.EventBounced, message.ClassRecipient, "The mailbox does not exist.", "550 5.1.1 No such user here"},
	{9, message.Bounced, message.EventBounced, message.ClassPolicy, "The receiving server took the content for spam.", "554 5.7.1 Message rejected"},
	{8, message.Expired, message.EventExpired, message.ClassOurs, "No server of the domain answered for five days.", "451 4.4.1 Timed out"},
	{6, message.Cancelled, message.EventCancelled, message.ClassNone, "Cancelled by somebody of this account.", ""},
	{12, message.Held, message.EventHeld, message.ClassNone, "Held by somebody of this account. Nothing is tried until it is released.", ""},
	{5, message.Delivered, message.EventDelivered, message.ClassNone, "Delivered after a wait.", "250 2.0.0 OK"},
}

func (f *filler) outcome() outcome {
	n := f.rand.IntN(1000)
	for _, o := range outcomes {
		if n -= o.share; n < 0 {
			return o
		}
	}
	return outcomes[0]
}

// subjects by tag; the letters go to many, the others to one each.
var subjects = []struct {
	tag, text string
	stream    message.Stream
}{
	{"order-confirmed", "Your order %d", message.Transactional}, {"order-shipped", "Your order %d is on its way", message.Transactional},
	{"invoice", "Invoice 2026-%d", message.Transactional}, {"password", "Choose a new password", message.Transactional}, {"letter", "The autumn letter: apples are in", message.Broadcast},
}

// insertAtOnce bounds one transaction.
const insertAtOnce = 500

func (f *filler) messages(ctx context.Context) error {
	for made := 0; made < f.Messages; made += insertAtOnce {
		var batch []*message.New
		outcomes := map[id.ID]outcome{}
		for i := made; i < min(made+insertAtOnce, f.Messages); i++ {
			n, o := f.message(i)
			batch = append(batch, n)
			outcomes[n.Message.ID] = o
		}
		if err := message.Insert(ctx, f.Store, batch); err != nil {
			return err
		}
		if err := f.journeys(ctx, batch, outcomes); err != nil {
			return err
		}
	}
	return nil
}

// message is the nth one: the oldest first, more on weekdays and by day.
func (f *filler) message(i int) (*message.New, outcome) {
	step := days * 24 * time.Hour / time.Duration(f.Messages)
	at := f.now.Add(-days*24*time.Hour + time.Duration(i)*step).Truncate(time.Microsecond)
	if weekday := at.Weekday(); weekday == time.Saturday || weekday == time.Sunday {
		at = at.Add(-24 * time.Hour * time.Duration(f.rand.IntN(2)))
	}
	kind, o := subjects[f.rand.IntN(len(subjects))], f.outcome()
	to, from := f.person(f.rand.IntN(4000)), f.send[f.rand.IntN(len(f.send))]
	subject := kind.text
	if strings.Contains(subject, "%d") {
		subject = fmt.Sprintf(kind.text, 10_000+i)
	}
	m := message.Message{
		AccountID: f.scope.AccountID(), ID: f.idAt(at), Stream: kind.stream, DomainID: from.ID, MailFrom: "shop@" + from.Name, HeaderFrom: "shop@" + from.Name,
		Subject: subject, Tag: kind.tag, Metadata: map[string]string{}, Recipients: 1, ClientIP: "192.0.2.10", ClientName: "shop", ClientTLS: "TLS 1.3", CreatedAt: at, ExpiresAt: at.Add(5 * 24 * time.Hour),
	}
	m.HeaderMessageID = string(m.ID) + "@" + from.Name
	content := fmt.Sprintf("From: Hofladen Brandt <%s>\r\nTo: %s\r\nSubject: %s\r\nMessage-ID: <%s>\r\nDate: %s\r\n\r\nHello,\r\n\r\nthank you for choosing us.\r\n\r\nYour farm shop\r\n",
		m.HeaderFrom, to, subject, m.HeaderMessageID, at.Format(time.RFC1123Z))
	m.Size = int64(len(content))
	d := message.Delivery{
		AccountID: m.AccountID, ID: f.idAt(at), MessageID: m.ID, Stream: m.Stream, DomainID: m.DomainID, Tag: m.Tag, Recipient: to, RecipientKey: to,
		Destination: to[strings.LastIndexByte(to, '@')+1:], State: o.state, Reason: o.reason, Class: o.class, LastReply: o.reply, Attempts: 1, DueAt: at, CreatedAt: at, ExpiresAt: m.ExpiresAt,
	}
	if o.reply == "" {
		d.Attempts = 0
	}
	if f.unwanted[string(m.Stream)+to] {
		d.State, d.Reason, d.Class, d.LastReply, d.Attempts, d.FinalAt = message.Suppressed, "On the suppression list.", message.ClassNone, "", 0, &at
		return &message.New{Message: m, Body: message.Body{AccountID: m.AccountID, MessageID: m.ID, Content: []byte(content)}, Deliveries: []message.Delivery{d}}, o
	}
	if o.state.Final() {
		final := at.Add(time.Duration(200+f.rand.IntN(4000)) * time.Millisecond)
		d.FinalAt = &final
	}
	return &message.New{Message: m, Body: message.Body{AccountID: m.AccountID, MessageID: m.ID, Content: []byte(content)}, Deliveries: []message.Delivery{d}}, o
}

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

// idAt is an identifier of that time, so that lists are in its order.
func (f *filler) idAt(at time.Time) id.ID {
	b := []byte(id.At(at))
	for i := 10; i < len(b)-1; i++ {
		b[i] = alphabet[f.rand.IntN(len(alphabet))]
	}
	return id.ID(b)
}

// conversation is what an attempt's transcript shows.
func conversation(d message.Delivery, from string) []message.Line {
	return []message.Line{
		{AtMS: 20, Side: "S", Text: "220 mx." + d.Destination + " ESMTP"}, {AtMS: 21, Side: "C", Text: "EHLO localhost"}, {AtMS: 40, Side: "S", Text: "250 STARTTLS"},
		{AtMS: 90, Side: "C", Text: "MAIL FROM:<" + from + ">"}, {AtMS: 110, Side: "S", Text: "250 2.1.0 OK"},
		{AtMS: 111, Side: "C", Text: "RCPT TO:<" + d.Recipient + ">"}, {AtMS: 140, Side: "S", Text: d.LastReply},
	}
}
