package smtpd

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

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
	case x.srv.o.Full != nil && x.srv.o.Full():
		return x.refuse(say(452, reply.Enhanced{4, 3, 1}, "no room for more mail at the moment, try again later"))
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

// parseMail reads the path with UTF-8 allowed: whether it is, only the parameters
// behind the path tell.
func (x *session) parseMail(arg string) (*Envelope, error) {
	arg = strings.TrimLeft(arg, " ") // as many clients send it; RFC 5321 §3.3 has no space
	from, rest, err := address.ParsePath(arg, true)
	if err != nil {
		return nil, say(501, reply.Enhanced{5, 1, 7}, "bad sender address syntax")
	}
	params, err := parseParams(rest)
	if err != nil {
		return nil, err
	}
	env := &Envelope{From: from, Peer: x.peer}
	if err := env.apply(params, x.srv.o.MaxMessage); err != nil {
		return nil, err
	}
	if !env.SMTPUTF8 && !isASCII(arg) {
		return nil, errNeedsUTF8
	}
	return env, nil
}

var errNeedsUTF8 = say(553, reply.Enhanced{5, 6, 7}, "this address needs SMTPUTF8") // RFC 6531 §3.5

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
	switch {
	case err != nil:
	case x.env.has(to.Mailbox): // the same recipient twice is one delivery
		x.reply(say(250, reply.Enhanced{2, 1, 5}, "recipient ok"))
		return x.countDuplicate()
	case len(x.env.Recipients) >= x.srv.o.MaxRecipients: // RFC 5321 §4.5.3.1.10
		err = say(452, reply.Enhanced{4, 5, 3}, "too many recipients, send the rest in another message")
	default:
		err = x.judge(func(ctx context.Context) error { return x.sender.Rcpt(ctx, to.Mailbox) })
	}
	if err != nil {
		return x.refuseRcpt(err)
	}
	x.env.Recipients = append(x.env.Recipients, to)
	x.reply(say(250, reply.Enhanced{2, 1, 5}, "recipient ok"))
	return nil
}

// refuseRcpt answers a refused recipient. A long list may hold many of those and the
// rest of it still be good mail, so they count by themselves.
func (x *session) refuseRcpt(err error) error {
	if fault.Is(err, fault.Unauthorized) {
		return x.refuseOrEnd(err)
	}
	x.logOurs(err)
	r := toReply(err)
	x.reply(r)
	x.srv.o.Metrics.Refused(r.Code)
	return x.countDuplicate()
}

// countDuplicate counts RCPTs that added nothing: one transaction may hold as many
// of them as recipients.
func (x *session) countDuplicate() error {
	if x.env.idle++; x.env.idle > max(x.srv.o.MaxRecipients, maxJunk) {
		x.reply(say(421, reply.Enhanced{4, 7, 0}, "too many recipients that cannot be taken, closing"))
		return errHangUp
	}
	return nil
}

func (x *session) parseRcpt(arg string) (Recipient, error) {
	arg = strings.TrimLeft(arg, " ")
	to, rest, err := address.ParsePath(arg, true)
	switch {
	case err != nil, to.IsZero():
		return Recipient{}, say(501, reply.Enhanced{5, 1, 3}, "bad recipient address syntax")
	case !x.env.SMTPUTF8 && !isASCII(arg):
		return Recipient{}, errNeedsUTF8
	}
	r := Recipient{Mailbox: to}
	params, err := parseParams(rest)
	if err != nil {
		return Recipient{}, err
	}
	return r, r.apply(params, x.env.SMTPUTF8)
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf })
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
	ctx, cancel := x.srv.patience()
	defer cancel()
	return ask(ctx)
}

// refuseOrEnd answers a refusal; a credential that died ends the session.
func (x *session) refuseOrEnd(err error) error {
	r := toReply(err)
	x.logOurs(err)
	if err := x.refuse(r); err != nil {
		return err
	}
	if fault.Is(err, fault.Unauthorized) {
		return errHangUp
	}
	return nil
}

func (x *session) logOurs(err error) {
	if isOurs(err) {
		x.srv.o.Log.Error("a command could not be judged", "error", err)
	}
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
