package person

import (
	"context"
	"net/netip"
	"strings"
	"time"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/limit"
	"smtpserver/app/mail/address"
	"smtpserver/app/secret"
)

// Ask mails a link to the address. The answer is the same for every address: nothing is
// looked up but how much mail was sent to it.
func (s *Service) Ask(ctx context.Context, email string, ip netip.Addr) error {
	mailbox, err := address.Parse(strings.TrimSpace(email))
	if err != nil || !strings.Contains(mailbox.Domain, ".") || len(email) > 254 {
		return fault.Field("email", "Enter your full e-mail address, like name@example.com.")
	}
	d, err := s.Limiter.Hit(ctx, "person_network:"+limit.Network(ip), asksOfNetwork, time.Hour)
	if err != nil {
		return asIs("ask", err)
	}
	if err := d.Err("That was asked for too often. Please wait an hour and try again."); err != nil {
		return err
	}
	mayMail, err := s.Limiter.Hit(ctx, "person_mail:"+mailbox.Key(), mailsPerHour, time.Hour)
	if err != nil {
		return asIs("ask", err)
	}
	token, now := secret.Token(), s.Store.Now()
	row := inquiryRow{InquiryID: id.New(), Address: mailbox.Key(), TokenHash: secret.Hash(token), CreatedAt: now, ExpiresAt: now.Add(LinkLife)}
	return asIs("ask", s.inTx(ctx, func(ctx context.Context) error {
		if !mayMail.Allowed {
			return s.Limiter.Fail(ctx, "nothing_mailed:"+mailbox.Key(), time.Hour) // one commit either way
		}
		if err := s.insertInquiry(ctx, row); err != nil {
			return err
		}
		return s.Notifier.PersonLink(ctx, mailbox.String(), token)
	}))
}

// Inspect returns what the link is about, and what came of it. It changes nothing.
func (s *Service) Inspect(ctx context.Context, token string) (Inquiry, error) {
	r, err := s.takeInquiry(ctx, token)
	if err != nil {
		return Inquiry{}, err
	}
	q := Inquiry{Address: r.Address, Tell: r.Tell, Erase: r.Erase, ExpiresAt: r.ExpiresAt, AskedAt: r.AskedAt}
	q.Answers, err = s.answersTo(ctx, r.InquiryID)
	return q, asIs("inspect", err)
}

// Use makes the request that the link was mailed for. It does so once.
func (s *Service) Use(ctx context.Context, token string, tell, erase bool) error {
	if _, err := s.takeInquiry(ctx, token); err != nil {
		return err
	}
	if !tell && !erase {
		return fault.Field("tell", "Choose what you want: to be told, to be erased, or both.")
	}
	return asIs("use a link", s.useInquiry(ctx, token, tell, erase))
}

func errDeadLink() error {
	return fault.New(fault.NotFound, "This link is too old, or it was not copied whole. Ask for a new one.")
}
