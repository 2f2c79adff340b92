package smtpd

import (
	"context"
	"errors"
	"strings"
	"time"

	"smtpserver/app/fault"
	"smtpserver/app/mail/address"
	"smtpserver/app/mail/reply"
)

// mail runs MAIL FROM.
func (x *session) mail(arg string) error {
	switch {
	case !x.hello:
		return x.refuse(say(503, reply.Enhanced{5, 5, 1}, "say EHLO first"))
	case x.sender == nil && !x.inTLS:
		return x.refuse(say(530, reply.Enhanced{5, 7, 0}, "use STARTTLS and authenticate first"))
	case x.sender == nil:
		return x.refuse(say(530, reply.Enhanced{5, 7, 0}, "authentication required"))
	case x.env != nil:
		return x.refuse(say(503, reply.Enhanced{5, 5, 1}, "sender already given"))
	}
	path, ok := cutFold(arg, "FROM:")
	if !ok {
		return x.refuse(say(501, reply.Enhanced{5, 5, 4}, "want MAIL FROM:<address>"))
	}
	env, err := x.parseMail(path)
	if err == nil {
		err = x.judge(func(ctx context.Context) error {
			if err := x.sender.Valid(ctx); err != nil {
				return err
			}
			return x.sender.MailFrom(ctx, env.From)
		})
	}
	if err != nil {
		return x.refuseOrEnd(err)
	}
	x.env = env
	x.reply(say(250, reply.Enhanced{2, 1, 0}, "sender ok"))
	return nil
}

func (x *session) parseMail(path string) (*Envelope, error) {
	// Parameters decide whether UTF-8 is allowed in the path, so they are looked at first.
	utf8 := strings.Contains(strings.ToUpper(path), " SMTPUTF8")
	from, rest, err := address.ParsePath(strings.TrimLeft(path, " "), utf8)
	switch {
	case errors.Is(err, address.ErrNonASCII):
		return nil, say(553, reply.Enhanced{5, 6, 7}, "this address needs SMTPUTF8")
	case err != nil:
		return nil, say(501, reply.Enhanced{5, 1, 7}, "bad sender address syntax")
	}
	env := &Envelope{From: from, Peer: x.peer}
	params, err := parseParams(rest)
	if err != nil {
		return nil, err
	}
	return env, env.apply(params, x.srv.o.MaxMessage)
}

// rcpt runs RCPT TO.
func (x *session) rcpt(arg string) error {
	if x.env == nil {
		return x.refuse(say(503, reply.Enhanced{5, 5, 1}, "MAIL first"))
	}
	path, ok := cutFold(arg, "TO:")
	if !ok {
		return x.refuse(say(501, reply.Enhanced{5, 5, 4}, "want RCPT TO:<address>"))
	}
	to, err := x.parseRcpt(path)
	if err == nil {
		err = x.judge(func(ctx context.Context) error { return x.sender.Rcpt(ctx, to.Mailbox) })
	}
	if err != nil {
		return x.refuseOrEnd(err)
	}
	if !x.env.has(to.Mailbox) { // the same recipient twice is one delivery
		if len(x.env.Recipients) >= x.srv.o.MaxRecipients {
			return x.refuse(say(452, reply.Enhanced{4, 5, 3}, "too many recipients, send the rest in another message"))
		}
		x.env.Recipients = append(x.env.Recipients, to)
	}
	x.reply(say(250, reply.Enhanced{2, 1, 5}, "recipient ok"))
	return nil
}

func (x *session) parseRcpt(path string) (Recipient, error) {
	to, rest, err := address.ParsePath(strings.TrimLeft(path, " "), x.env.SMTPUTF8)
	switch {
	case errors.Is(err, address.ErrNonASCII):
		return Recipient{}, say(553, reply.Enhanced{5, 6, 7}, "this address needs SMTPUTF8")
	case err != nil, to.IsZero():
		return Recipient{}, say(501, reply.Enhanced{5, 1, 3}, "bad recipient address syntax")
	}
	r := Recipient{Mailbox: to}
	params, err := parseParams(rest)
	if err != nil {
		return Recipient{}, err
	}
	return r, r.apply(params)
}

func (e *Envelope) has(m address.Mailbox) bool {
	for _, r := range e.Recipients {
		if r.Mailbox == m {
			return true
		}
	}
	return false
}

// judge asks the Sender within the time a client should wait.
func (x *session) judge(ask func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), x.srv.o.Timeouts.Store)
	defer cancel()
	return ask(ctx)
}

// refuseOrEnd answers a refusal; a credential that died ends the session.
func (x *session) refuseOrEnd(err error) error {
	r := toReply(err)
	if isOurs(err) {
		x.srv.o.Log.Error("a command could not be judged", "error", err)
	}
	if err := x.refuse(r); err != nil {
		return err
	}
	if fault.Is(err, fault.Unauthorized) {
		return errEnd
	}
	return nil
}

func isOurs(err error) bool {
	var r *reply.Reply
	if errors.As(err, &r) {
		return false
	}
	k := fault.KindOf(err)
	return k == fault.Internal || k == fault.Unavailable
}

func cutFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return "", false
	}
	return s[len(prefix):], true
}

// now is when a message was received.
func now() time.Time { return time.Now().UTC() }
