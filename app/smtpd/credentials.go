package smtpd

import (
	"context"
	"time"

	"smtpserver/app/account"
	"smtpserver/app/credential"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/limit"
	"smtpserver/app/mail/address"
	"smtpserver/app/mail/reply"
	"smtpserver/app/message"
	"smtpserver/app/submission"
	"smtpserver/app/terms"
)

// Brakes on guessing secrets, by network. A right secret is never braked: it has 160
// random bits, so whoever knows it did not guess, and nobody can lock its owner out.
const (
	failuresPerNetwork = 10
	failureWindow      = 10 * time.Minute
)

// Credentials authenticates sessions by the credentials of accounts. It is one of
// the four places where a Scope is minted.
type Credentials struct {
	Credentials *credential.Service
	Submission  *submission.Service
	Limiter     *limit.Limiter
	Terms       *terms.Gate // nil: none (tests)
}

// Authenticate implements Authenticator.
func (c *Credentials) Authenticate(ctx context.Context, peer Peer, username, password string) (Sender, error) {
	who, err := c.Credentials.Authenticate(ctx, username, password, peer.IP)
	if fault.Is(err, fault.Forbidden) {
		return nil, fault.Wrap(fault.Unauthorized, fault.SafeText(err), err)
	}
	if fault.Is(err, fault.Unauthorized) {
		return nil, c.guessed(ctx, peer, err)
	}
	if err != nil {
		return nil, err
	}
	scope := account.NewScope(who.AccountID, account.Actor{Kind: account.ActorCredential, ID: who.CredentialID})
	s := &sender{c, scope, who, peer}
	// The session itself is use of the service. Who objected hears of it at MAIL, where
	// programs show the reply.
	if err := s.use(ctx); err != nil && !fault.Is(err, fault.Forbidden) {
		return nil, err
	}
	return s, nil
}

// guessed counts a wrong secret.
func (c *Credentials) guessed(ctx context.Context, peer Peer, wrong error) error {
	bucket := "smtp-auth:" + limit.Network(peer.IP)
	decision, err := c.Limiter.Hit(ctx, bucket, failuresPerNetwork, failureWindow)
	if err != nil {
		return err
	}
	if !decision.Allowed {
		return fault.New(fault.Limited, "too many failed attempts")
	}
	return wrong
}

// sender is one authenticated session's right to send.
type sender struct {
	*Credentials
	scope account.Scope
	who   credential.Authenticated
	peer  Peer
}

// use notes that the account is used, which is acceptance of changed terms; it is
// refused to an account that objected. A session may last over the date.
func (s *sender) use(ctx context.Context) error {
	if s.Terms == nil {
		return nil
	}
	return s.Terms.Use(ctx, s.scope, terms.By{Channel: terms.UseSMTP, IP: s.peer.IP, UserAgent: s.peer.Name})
}

func (s *sender) AccountID() id.ID { return s.who.AccountID }

func (s *sender) Valid(ctx context.Context) error {
	ok, err := s.Credentials.Credentials.Valid(ctx, s.who.AccountID, s.who.CredentialID)
	if err == nil && !ok {
		err = fault.New(fault.Unauthorized, "this credential was revoked or paused")
	}
	return err
}

func (s *sender) MailFrom(ctx context.Context, from address.Mailbox) error {
	if err := s.use(ctx); err != nil {
		return err
	}
	return s.Submission.MaySend(ctx, s.scope, from, s.who.DomainID)
}

// Rcpt takes every well-formed recipient: a suppressed one becomes a delivery that
// ends as suppressed, so that the customer sees it and the others still get theirs.
func (s *sender) Rcpt(context.Context, address.Mailbox) error { return nil }

func (s *sender) Accept(ctx context.Context, env Envelope, content []byte) (id.ID, error) {
	m := submission.Mail{
		From: env.From, Content: content, SMTPUTF8: env.SMTPUTF8, Ret: env.Ret, EnvID: env.EnvID, Received: env.Received,
		CredentialID: s.who.CredentialID, OnlyDomain: s.who.DomainID, OnlyStream: message.Stream(s.who.Stream),
		ClientIP: env.Peer.IP.String(), ClientName: env.Peer.Name, ClientTLS: env.Peer.TLS,
		Recipients: make([]submission.Recipient, len(env.Recipients)),
	}
	for i, r := range env.Recipients {
		m.Recipients[i] = submission.Recipient{Mailbox: r.Mailbox, Notify: r.Notify, ORCPT: r.ORCPT}
	}
	messageID, err := s.Submission.Accept(ctx, s.scope, m)
	if submission.IsLoop(err) {
		return "", reply.New(554, reply.Enhanced{5, 4, 6}, "too many hops: the message goes round in circles")
	}
	return messageID, err
}
