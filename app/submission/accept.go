package submission

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"smtpserver/app/account"
	"smtpserver/app/domain"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/mail/address"
	"smtpserver/app/mail/header"
	"smtpserver/app/message"
)

// Accept judges and durably stores a message, wakes its destinations and returns
// its id. An error means that nothing was stored; when ctx ends before the commit
// began, nothing will be.
func (s *Service) Accept(ctx context.Context, scope account.Scope, m Mail) (id.ID, error) {
	s.handedIn.Store(time.Now().UnixNano())
	accountID, err := scope.Account()
	if err != nil {
		return "", err
	}
	n, err := s.prepare(ctx, scope, m)
	if err != nil {
		return "", err
	}
	n.Message.AccountID, n.Body.AccountID = accountID, accountID
	for i := range n.Deliveries {
		n.Deliveries[i].AccountID = accountID
	}
	s.inspect(ctx, scope, n)
	if err := s.commits.commit(ctx, n); err != nil {
		return "", err
	}
	if n.Repeats != nil {
		return repeated(n)
	}
	s.wake(n)
	return n.Message.ID, nil
}

// repeated answers for a message whose idempotency key was there before.
func repeated(n *message.New) (id.ID, error) {
	if n.Repeats.Digest != n.Key.Digest {
		return "", fault.New(fault.Conflict, "this X-SMTPServer-Idempotency-Key was used for another message: its sender, recipients or content differ")
	}
	return n.Repeats.MessageID, nil
}

func (s *Service) wake(n *message.New) {
	seen := map[string]bool{}
	for _, d := range n.Deliveries {
		if !d.State.Final() && !seen[d.Destination] {
			seen[d.Destination] = true
			s.queue.Wake(d.Destination, d.Stream == message.Transactional)
		}
	}
}

// MaySend judges a sender domain early, for MAIL FROM. The null path is judged by
// the header alone.
func (s *Service) MaySend(ctx context.Context, scope account.Scope, from address.Mailbox, onlyDomain id.ID) error {
	if from.IsZero() {
		return nil
	}
	_, err := s.sendable(ctx, scope, from, onlyDomain)
	return err
}

func (s *Service) sendable(ctx context.Context, scope account.Scope, from address.Mailbox, onlyDomain id.ID) (domain.Domain, error) {
	d, err := s.directory.Sendable(ctx, scope, from.Domain)
	if err != nil {
		return d, err
	}
	if !onlyDomain.IsZero() && d.ID != onlyDomain {
		return d, fault.New(fault.Forbidden, "This credential may send for another domain only.")
	}
	return d, nil
}

// prepare turns a Mail into what is stored, or says why not.
func (s *Service) prepare(ctx context.Context, scope account.Scope, m Mail) (*message.New, error) {
	section, body, err := header.Parse(m.Content)
	if err == nil {
		err = section.Check(m.SMTPUTF8)
	}
	if err != nil {
		return nil, malformed(err)
	}
	from, err := sender(section)
	if err != nil {
		return nil, err
	}
	d, err := s.sendable(ctx, scope, from, m.OnlyDomain)
	if err == nil {
		err = s.MaySend(ctx, scope, m.From, m.OnlyDomain)
	}
	if err != nil {
		return nil, err
	}
	steering, err := steer(section, m.OnlyStream, m.Received)
	if err == nil {
		err = s.allow(ctx, scope, message.Stream(steering.Stream), len(m.Recipients))
	}
	if err != nil {
		return nil, err
	}
	n := &message.New{Message: message.Message{ID: cmp.Or(m.ID, id.New())}}
	err = section.Submit(header.Submission{
		Now: m.Received, MessageID: string(n.Message.ID) + "@" + s.hostname,
		Received: fmt.Sprintf("by %s (SMTPServer) with ESMTPSA id %s;\r\n\t%s", s.hostname, n.Message.ID, m.Received.Format(time.RFC1123Z)),
	})
	if err != nil {
		return nil, malformed(err)
	}
	s.fill(ctx, n, m, section, from, d, steering)
	if steering.IdempotencyKey != "" {
		n.Key = &message.Key{Key: steering.IdempotencyKey, Digest: digest(m, n.Message.Stream, section, body)}
	}
	if body, err = s.dress(ctx, scope, n.Message.ID, m, section, body, d, steering); err != nil {
		return nil, err
	}
	// 7-bit where that is possible without changing the content: not every server on
	// the way takes more, and a change after signing would break the signature.
	if quoted, err := header.Downgrade(section, body); err == nil {
		body = quoted
	}
	n.Body = message.Body{MessageID: n.Message.ID, Content: section.Bytes(body)}
	n.Message.Size = int64(len(n.Body.Content))
	n.Body.Pack()
	n.Message.EightBit = !header.IsASCII(body)
	return n, nil
}

func malformed(err error) error {
	text := "the message cannot be sent as it is"
	var broken *header.Error
	if errors.As(err, &broken) {
		text = broken.Text
	}
	return fault.Wrap(fault.Invalid, text, err)
}

// sender returns the one mailbox of From. Several authors need a Sender field and
// show differently everywhere; programs that send do not need them. A Sender that
// is somebody else's would be shown as "on behalf of" by some, so it must equal
// From's domain.
func sender(section *header.Section) (address.Mailbox, error) {
	f, _ := section.Get("From")
	list, err := address.ParseList(f.Value())
	if err != nil || len(list) != 1 {
		return address.Mailbox{}, fault.New(fault.Invalid, "the From field must hold exactly one well-formed address")
	}
	for _, name := range []string{"Sender", "Resent-From", "Resent-Sender"} { // each Resent one: there may be many
		for f := range section.All(name) {
			other, err := address.ParseList(f.Value())
			if err != nil || len(other) != 1 || other[0].Domain != list[0].Domain {
				return address.Mailbox{}, fault.Newf(fault.Forbidden, "the %s field must have one address at the domain of From", name)
			}
		}
	}
	return list[0].Mailbox, nil
}

// steer reads the steering fields and applies the credential's restriction.
func steer(section *header.Section, only message.Stream, now time.Time) (header.Steering, error) {
	st, err := section.Steer(now)
	if err != nil {
		return st, malformed(err)
	}
	switch {
	case st.SendAt.After(now.Add(furthestOut)):
		return st, fault.New(fault.Invalid, "X-SMTPServer-Send-At is more than 30 days ahead")
	case !st.Expires.IsZero() && !st.Expires.After(dueOf(st, now)):
		return st, fault.New(fault.Invalid, "X-SMTPServer-Expires is over before the message could be sent")
	case st.Expires.After(dueOf(st, now).Add(lifetime)):
		return st, fault.New(fault.Invalid, "X-SMTPServer-Expires is more than 5 days after the message is due")
	case only != "" && st.Stream != "" && st.Stream != string(only):
		return st, fault.Newf(fault.Forbidden, "this credential sends in the %s stream only", only)
	case only != "":
		st.Stream = string(only)
	case st.Stream == "":
		st.Stream = string(message.Transactional)
	}
	return st, nil
}

// dueOf is when a message is to be sent first, at the precision of the database.
func dueOf(st header.Steering, now time.Time) time.Time {
	if st.SendAt.After(now) {
		return st.SendAt.Truncate(time.Microsecond)
	}
	return now.Truncate(time.Microsecond)
}

// fill writes the rows from what was judged.
func (s *Service) fill(ctx context.Context, n *message.New, m Mail, section *header.Section, from address.Mailbox, d domain.Domain, st header.Steering) {
	now := m.Received.Truncate(time.Microsecond)
	due := dueOf(st, now)
	msg := &n.Message
	*msg = message.Message{
		ID: msg.ID, Stream: message.Stream(st.Stream), DomainID: d.ID, MailFrom: m.From.String(), HeaderFrom: from.String(),
		Subject: cut(section.Text("Subject"), 500), HeaderMessageID: cut(strings.Trim(section.Text("Message-ID"), "<> "), 500), Tag: st.Tag, Metadata: st.Metadata,
		Recipients: len(m.Recipients), SMTPUTF8: m.SMTPUTF8, DSNRet: m.Ret, DSNEnvID: m.EnvID,
		ClientIP: m.ClientIP, ClientName: m.ClientName, ClientTLS: m.ClientTLS, CreatedAt: now, ExpiresAt: due.Add(lifetime), Track: st.Track,
	}
	if !st.Expires.IsZero() {
		msg.ExpiresAt, msg.ExpiresStrictly = st.Expires.Truncate(time.Microsecond), true
	}
	if msg.Metadata == nil {
		msg.Metadata = map[string]string{}
	}
	if !m.CredentialID.IsZero() {
		msg.CredentialID = &m.CredentialID
	}
	n.Deliveries = make([]message.Delivery, len(m.Recipients))
	for i, r := range m.Recipients {
		n.Deliveries[i] = message.Delivery{
			ID: id.New(), MessageID: msg.ID, Stream: msg.Stream, DomainID: d.ID, Tag: st.Tag, Recipient: r.String(), RecipientKey: r.Key(),
			Destination: s.queue.Destination(ctx, r.Domain), State: message.Queued, Notify: r.Notify, ORCPT: r.ORCPT, DueAt: due, CreatedAt: now, ExpiresAt: msg.ExpiresAt,
		}
	}
}

// cut shortens a text for showing, on a character's boundary.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "")
}

// IsLoop reports whether a message was refused because it went round in circles.
func IsLoop(err error) bool {
	var broken *header.Error
	return errors.As(err, &broken) && broken.Rule == header.Loop
}
