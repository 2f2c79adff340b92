package submission

import (
	"context"
	"fmt"
	"time"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/mail/address"
	"smtpserver/app/mail/header"
	"smtpserver/app/message"
	"smtpserver/app/store"
)

// Shared is what all messages of a series have in common.
type Shared struct {
	From     address.Mailbox
	FromName string
	ReplyTo  address.Mailbox // zero: none
	Domain   id.ID           // From must be covered by this one
	Campaign id.ID
	List     id.ID // what people leave when they leave: the same for all mail of a topic
}

// Letter is one message of a series, to one person.
type Letter struct {
	ID                  id.ID // made before, because the links name it
	To                  address.Mailbox
	ToName              string
	Subject, Text, HTML string
	Unsubscribe         string // https: one POST leaves (RFC 8058)
}

// Series makes and accepts many messages to one person each. What they share was judged
// once, when it was made: make a new one every few seconds. Safe for concurrent use.
type Series struct {
	service   *Service
	scope     account.Scope
	accountID id.ID
	domainID  id.ID
	shared    Shared
	fields    [][2]string // that are the same in each
}

// Series judges what many messages share.
func (s *Service) Series(ctx context.Context, scope account.Scope, sh Shared) (*Series, error) {
	accountID, err := scope.Account()
	if err != nil {
		return nil, err
	}
	d, err := s.sendable(ctx, scope, sh.From, sh.Domain)
	if err != nil {
		return nil, err
	}
	p := &Series{service: s, scope: scope, accountID: accountID, domainID: d.ID, shared: sh}
	p.fields = [][2]string{{"From", named(sh.FromName, sh.From)}}
	if !sh.ReplyTo.IsZero() {
		p.fields = append(p.fields, [2]string{"Reply-To", sh.ReplyTo.String()})
	}
	p.fields = append(p.fields,
		[2]string{"List-Id", "<" + string(sh.List) + "." + d.Name + ">"},
		[2]string{"List-Unsubscribe-Post", "List-Unsubscribe=One-Click"},
		[2]string{"MIME-Version", "1.0"})
	if !sh.Campaign.IsZero() {
		p.fields = append(p.fields, [2]string{"Feedback-ID", string(sh.Campaign) + ":" + string(accountID) + ":" + string(message.Broadcast) + ":smtpserver"})
	}
	return p, nil
}

func named(name string, m address.Mailbox) string {
	if name == "" {
		return m.String()
	}
	return header.Phrase(name) + " <" + m.String() + ">"
}

// Content writes one message as it will be signed and sent.
func (p *Series) Content(l Letter, now time.Time) ([]byte, error) {
	kind, body, err := alternatives(l.Text, l.HTML)
	if err != nil {
		return nil, err
	}
	section := &header.Section{}
	fields := append(p.fields[:len(p.fields):len(p.fields)],
		[2]string{"To", named(l.ToName, l.To)}, [2]string{"Subject", header.Encode(l.Subject)},
		[2]string{"Date", now.Format(time.RFC1123Z)}, [2]string{"Message-ID", "<" + p.headerID(l) + ">"},
		[2]string{"List-Unsubscribe", "<" + l.Unsubscribe + ">"}, [2]string{"Content-Type", kind})
	for _, f := range fields {
		if err := section.Append(f[0], f[1]); err != nil {
			return nil, malformed(err)
		}
	}
	if err := section.Check(p.utf8(l)); err != nil {
		return nil, malformed(err)
	}
	return section.Bytes(body), nil
}

func (p *Series) headerID(l Letter) string { return string(l.ID) + "@" + p.service.hostname }

// utf8 reports whether the message needs SMTPUTF8: only for the addresses in it.
func (p *Series) utf8(l Letter) bool {
	return !l.To.IsASCII() || !p.shared.From.IsASCII() || !p.shared.ReplyTo.IsASCII()
}

// Compose makes what is stored of one message.
func (p *Series) Compose(ctx context.Context, l Letter) (*message.New, error) {
	now := p.service.store.Now()
	content, err := p.Content(l, now)
	if err != nil {
		return nil, err
	}
	from := p.shared.From.String()
	n := &message.New{
		Message: message.Message{
			AccountID: p.accountID, ID: l.ID, Stream: message.Broadcast, DomainID: p.domainID, CampaignID: p.shared.Campaign, MailFrom: from, HeaderFrom: from,
			Subject: cut(header.Visible(l.Subject), 500), HeaderMessageID: p.headerID(l), Metadata: map[string]string{}, Size: int64(len(content)), Recipients: 1,
			SMTPUTF8: p.utf8(l), CreatedAt: now, ExpiresAt: now.Add(lifetime),
		},
		Body: message.Body{AccountID: p.accountID, MessageID: l.ID, Content: content},
	}
	n.Body.Pack()
	n.Deliveries = []message.Delivery{{
		AccountID: p.accountID, ID: id.New(), MessageID: l.ID, Stream: message.Broadcast, DomainID: p.domainID, Recipient: l.To.String(), RecipientKey: l.To.Key(),
		Destination: p.service.queue.Destination(ctx, l.To.Domain), State: message.Queued, DueAt: now, CreatedAt: now, ExpiresAt: n.Message.ExpiresAt,
	}}
	return n, nil
}

// Room takes so many messages from what the account may send now, or says why it may not.
// Ask before each Accept.
func (p *Series) Room(ctx context.Context, n int) error {
	return p.service.allowMany(ctx, p.scope, message.Broadcast, n)
}

// Accept stores messages that Compose made, within the transaction of ctx, and wakes
// their destinations once it is committed.
func (p *Series) Accept(ctx context.Context, all []*message.New) error {
	for _, n := range all {
		if n.Message.AccountID != p.accountID || n.Message.DomainID != p.domainID {
			return fault.New(fault.Internal, "")
		}
	}
	if err := message.Insert(ctx, p.service.store, all); err != nil {
		return fmt.Errorf("submission: accept a series: %w", err)
	}
	store.AfterCommit(ctx, func() {
		seen := map[string]bool{}
		for _, n := range all {
			if d := &n.Deliveries[0]; !d.State.Final() && !seen[d.Destination] {
				seen[d.Destination] = true
				p.service.queue.Wake(d.Destination, false)
			}
		}
	})
	return nil
}

// SendAlone accepts one letter by itself, as mail that its writer waits for.
func (p *Series) SendAlone(ctx context.Context, scope account.Scope, l Letter) (id.ID, error) {
	now := p.service.store.Now()
	content, err := p.Content(l, now)
	if err != nil {
		return "", err
	}
	return p.service.Accept(ctx, scope, Mail{
		ID: l.ID, From: p.shared.From, Recipients: []Recipient{{Mailbox: l.To}}, Content: content, SMTPUTF8: p.utf8(l), Received: now,
		OnlyDomain: p.shared.Domain, OnlyStream: message.Transactional, ClientName: "the pages",
	})
}

// Destination is where deliveries to a domain go together.
func (s *Service) Destination(ctx context.Context, domain string) string {
	return s.queue.Destination(ctx, domain)
}
