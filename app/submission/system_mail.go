package submission

import (
	"context"
	"fmt"
	"mime"
	"time"

	"smtpserver/app/domain"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/mail/address"
	"smtpserver/app/mail/dsn"
	"smtpserver/app/mail/header"
	"smtpserver/app/message"
	"smtpserver/app/store"
)

// SystemMail is a mail of the product itself to one person.
type SystemMail struct {
	Kind, To, Subject, Text, HTML string
}

// SystemSender sends the product's own mails, from the operator's account.
type SystemSender struct {
	store    *store.Store
	queue    Queue
	operator domain.Operator
	hostname string
	brand    string
}

// NewSystemSender returns a sender for the operator.
func NewSystemSender(s *store.Store, q Queue, op domain.Operator, hostname, brand string) *SystemSender {
	return &SystemSender{s, q, op, hostname, brand}
}

// Send stores the mail in the transaction of ctx, if there is one: a mail exists
// exactly when the step it tells about was committed.
func (s *SystemSender) Send(ctx context.Context, m SystemMail) error {
	_, err := s.Submit(ctx, m)
	return err
}

// Submit is Send that returns the message's id, to look up what became of it. An address
// that is none is fault.Invalid.
func (s *SystemSender) Submit(ctx context.Context, m SystemMail) (id.ID, error) {
	to, err := address.Parse(m.To)
	if err != nil {
		return "", fault.Wrap(fault.Invalid, "This is no address that mail can be sent to.", fmt.Errorf("submission: system mail: %w", err))
	}
	now, messageID := s.store.Now(), id.New()
	content, err := s.compose(m, to, now, messageID)
	if err != nil {
		return "", err
	}
	from := "no-reply@" + s.hostname
	return messageID, s.insert(ctx, to, content, message.Message{
		ID: messageID, Stream: message.Transactional, MailFrom: from, HeaderFrom: from, Subject: m.Subject, Tag: m.Kind,
		SMTPUTF8: !to.IsASCII(), CreatedAt: now,
	})
}

// notificationTag tells notifications apart from the product's other mail.
const notificationTag = "notification"

// SendReport stores a delivery status notification in the transaction of ctx. It goes
// from the null path, and behind mail that people wait for.
func (s *SystemSender) SendReport(ctx context.Context, messageID id.ID, from, to address.Mailbox, subject string, report *dsn.Composed) error {
	return s.insert(ctx, to, report.Content, message.Message{
		ID: messageID, Stream: message.Broadcast, HeaderFrom: from.String(), Subject: subject, Tag: notificationTag,
		SMTPUTF8: report.SMTPUTF8, EightBit: report.EightBit, CreatedAt: s.store.Now(),
	})
}

// insert completes a message of the operator's account to one recipient and stores it.
func (s *SystemSender) insert(ctx context.Context, to address.Mailbox, content []byte, m message.Message) error {
	m.AccountID, m.DomainID, m.HeaderMessageID = s.operator.AccountID, s.operator.DomainID, string(m.ID)+"@"+s.hostname
	m.Metadata, m.Size, m.Recipients, m.ExpiresAt = map[string]string{}, int64(len(content)), 1, m.CreatedAt.Add(lifetime)
	n := &message.New{Message: m, Body: message.Body{AccountID: m.AccountID, MessageID: m.ID, Content: content}}
	n.Body.Pack()
	n.Deliveries = []message.Delivery{{
		AccountID: m.AccountID, ID: id.New(), MessageID: m.ID, Stream: m.Stream, DomainID: m.DomainID, Tag: m.Tag,
		Recipient: to.String(), RecipientKey: to.Key(), Destination: s.queue.Destination(ctx, to.Domain), State: message.Queued,
		DueAt: m.CreatedAt, CreatedAt: m.CreatedAt, ExpiresAt: m.ExpiresAt,
	}}
	if err := message.Insert(ctx, s.store, []*message.New{n}); err != nil {
		return err
	}
	store.AfterCommit(ctx, func() { s.queue.Wake(n.Deliveries[0].Destination, m.Stream == message.Transactional) })
	return nil
}

// compose writes the message.
func (s *SystemSender) compose(m SystemMail, to address.Mailbox, now time.Time, messageID id.ID) ([]byte, error) {
	kind, body, err := alternatives(m.Text, m.HTML)
	if err != nil {
		return nil, err
	}
	section := &header.Section{}
	for _, f := range [][2]string{
		{"From", mime.QEncoding.Encode("utf-8", s.brand) + " <no-reply@" + s.hostname + ">"}, {"To", "<" + to.String() + ">"}, {"Subject", header.Encode(m.Subject)},
		{"Date", now.Format(time.RFC1123Z)}, {"Message-ID", "<" + string(messageID) + "@" + s.hostname + ">"},
		{"Auto-Submitted", "auto-generated"}, // RFC 3834 §5: nobody's robot should answer
		{"MIME-Version", "1.0"}, {"Content-Type", kind},
	} {
		if err := section.Append(f[0], f[1]); err != nil {
			return nil, fmt.Errorf("submission: compose: %w", err)
		}
	}
	return section.Bytes(body), nil
}
