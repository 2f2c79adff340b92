package notification

import (
	"strings"
	"time"

	"smtpserver/app/id"
	"smtpserver/app/mail/address"
	"smtpserver/app/mail/dsn"
	"smtpserver/app/mail/header"
	"smtpserver/app/mail/reply"
	"smtpserver/app/mail/verdict"
	"smtpserver/app/message"
)

// matter is what a notification is about: a message and some of its deliveries.
type matter struct {
	message    message.Message
	content    []byte // nil when it is no longer kept
	deliveries []told
}

// told is one recipient with the last thing that happened.
type told struct {
	message.Delivery
	action  message.Action
	last    message.Event
	attempt message.Attempt
}

// report builds the notification.
func (m *matter) report(reportID id.ID, hostname string, now time.Time) (*dsn.Message, error) {
	to, err := address.Parse(m.message.MailFrom)
	if err != nil {
		return nil, err
	}
	out := &dsn.Message{
		From: address.Named{Name: "Mail Delivery System", Mailbox: address.Mailbox{Local: "postmaster", Domain: hostname}},
		To:   to, MessageID: string(reportID) + "@" + hostname, Now: now, ReportingMTA: hostname,
		Arrival: m.message.CreatedAt, Original: m.original(), Full: m.message.DSNRet == "FULL", UTF8: m.message.SMTPUTF8,
	}
	if id, err := dsn.DecodeXtext(m.message.DSNEnvID); err == nil {
		out.EnvelopeID = id
	}
	for i := range m.deliveries {
		r, err := m.deliveries[i].recipient()
		if err != nil {
			return nil, err
		}
		out.Recipients = append(out.Recipients, r)
	}
	return out, nil
}

// original is the message, or, when its content is gone, what is known of its header.
func (m *matter) original() []byte {
	if m.content != nil {
		return m.content
	}
	s := &header.Section{}
	for _, f := range [][2]string{{"From", "<" + m.message.HeaderFrom + ">"}, {"Subject", header.Encode(m.message.Subject)}, {"Message-ID", "<" + m.message.HeaderMessageID + ">"}} {
		if s.Append(f[0], f[1]) != nil {
			return nil // a part of it is worth nothing
		}
	}
	return s.Bytes(nil)
}

func (t *told) recipient() (dsn.Recipient, error) {
	final, err := address.Parse(t.Recipient)
	if err != nil {
		return dsn.Recipient{}, err
	}
	r := dsn.Recipient{
		Final: final, Action: dsn.Action(t.action), Reason: t.Reason, Next: t.last.NextStep, RemoteMTA: t.attempt.Host, LastTry: t.attempt.StartedAt,
		Status: t.status(),
	}
	if kind, original, err := dsn.DecodeORCPT(t.ORCPT); err == nil {
		r.OriginalKind, r.Original = kind, original
	}
	if answer := verdict.ParseDiagnostic(t.LastReply); answer.Code != 0 {
		r.Reply = strings.Join(strings.Fields(t.LastReply), " ")
	}
	if t.action == message.ActionDelayed {
		r.RetryUntil = t.ExpiresAt
	}
	return r, nil
}

// status is the enhanced code of what happened (RFC 3463).
func (t *told) status() reply.Enhanced {
	switch t.State {
	case message.Expired:
		return reply.Enhanced{4, 4, 7} // delivery time expired
	case message.Suppressed:
		return reply.Enhanced{5, 7, 1} // delivery not authorised
	}
	return verdict.ParseDiagnostic(t.LastReply).Enhanced
}

// compose writes the mail.
func (s *Sender) compose(m *matter, reportID id.ID) (*dsn.Message, *dsn.Composed, error) {
	report, err := m.report(reportID, s.hostname, s.store.Now())
	if err != nil {
		return nil, nil, err
	}
	composed, err := report.Compose()
	return report, composed, err
}
