package submission

import (
	"bytes"
	"context"
	"fmt"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/textproto"
	"strings"
	"time"

	"smtpserver/app/domain"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/mail/address"
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
	n, err := s.build(ctx, m, to)
	if err != nil {
		return "", err
	}
	if err := message.Insert(ctx, s.store, []*message.New{n}); err != nil {
		return "", err
	}
	store.AfterCommit(ctx, func() { s.queue.Wake(n.Deliveries[0].Destination, true) })
	return n.Message.ID, nil
}

func (s *SystemSender) build(ctx context.Context, m SystemMail, to address.Mailbox) (*message.New, error) {
	now, messageID := s.store.Now(), id.New()
	content, err := s.compose(m, to, now, messageID)
	if err != nil {
		return nil, err
	}
	from := "no-reply@" + s.hostname
	expires := now.Add(lifetime)
	n := &message.New{Message: message.Message{
		AccountID: s.operator.AccountID, ID: messageID, Stream: message.Transactional, DomainID: s.operator.DomainID, MailFrom: from, HeaderFrom: from,
		Subject: m.Subject, HeaderMessageID: string(messageID) + "@" + s.hostname, Tag: m.Kind, Metadata: map[string]string{},
		Size: int64(len(content)), Recipients: 1, SMTPUTF8: !to.IsASCII(), CreatedAt: now, ExpiresAt: expires,
	}}
	n.Body = message.Body{AccountID: s.operator.AccountID, MessageID: messageID, Content: content}
	n.Deliveries = []message.Delivery{{
		AccountID: s.operator.AccountID, ID: id.New(), MessageID: messageID, Stream: message.Transactional, DomainID: s.operator.DomainID, Tag: m.Kind,
		Recipient: to.String(), RecipientKey: to.Key(), Destination: s.queue.Destination(ctx, to.Domain), State: message.Queued, DueAt: now, CreatedAt: now, ExpiresAt: expires,
	}}
	return n, nil
}

// compose writes text and HTML as alternatives, quoted-printable.
func (s *SystemSender) compose(m SystemMail, to address.Mailbox, now time.Time, messageID id.ID) ([]byte, error) {
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	for _, p := range []struct{ kind, text string }{{"text/plain", m.Text}, {"text/html", m.HTML}} {
		if p.text == "" {
			continue
		}
		w, err := parts.CreatePart(textproto.MIMEHeader{"Content-Type": {p.kind + "; charset=utf-8"}, "Content-Transfer-Encoding": {"quoted-printable"}})
		if err != nil {
			return nil, fmt.Errorf("submission: compose: %w", err)
		}
		qp := quotedprintable.NewWriter(w)
		if _, err := qp.Write([]byte(strings.ReplaceAll(p.text, "\n", "\r\n"))); err != nil {
			return nil, fmt.Errorf("submission: compose: %w", err)
		}
		if err := qp.Close(); err != nil {
			return nil, fmt.Errorf("submission: compose: %w", err)
		}
	}
	if err := parts.Close(); err != nil {
		return nil, fmt.Errorf("submission: compose: %w", err)
	}
	section := &header.Section{}
	for _, f := range [][2]string{
		{"From", mime.QEncoding.Encode("utf-8", s.brand) + " <no-reply@" + s.hostname + ">"}, {"To", "<" + to.String() + ">"}, {"Subject", header.Encode(m.Subject)},
		{"Date", now.Format(time.RFC1123Z)}, {"Message-ID", "<" + string(messageID) + "@" + s.hostname + ">"},
		{"Auto-Submitted", "auto-generated"}, // RFC 3834 §5: nobody's robot should answer
		{"MIME-Version", "1.0"}, {"Content-Type", "multipart/alternative; boundary=" + parts.Boundary()},
	} {
		if err := section.Append(f[0], f[1]); err != nil {
			return nil, fmt.Errorf("submission: compose: %w", err)
		}
	}
	return section.Bytes(body.Bytes()), nil
}
