package smtpd

import (
	"errors"

	"smtpserver/app/fault"
	"smtpserver/app/mail/reply"
)

func say(code int, enhanced reply.Enhanced, text string) *reply.Reply {
	return reply.New(code, enhanced, text)
}

// toReply is the one place where errors become replies. What is unknown is
// temporary and wordless: a bounce because of our trouble, or a table's name in a
// customer's log, must not happen.
func toReply(err error) *reply.Reply {
	var r *reply.Reply
	if errors.As(err, &r) {
		return r
	}
	switch fault.KindOf(err) {
	case fault.Invalid:
		return say(550, reply.Enhanced{5, 6, 0}, fault.SafeText(err))
	case fault.Forbidden, fault.NotFound, fault.Conflict:
		return say(550, reply.Enhanced{5, 7, 1}, fault.SafeText(err))
	case fault.Unauthorized:
		return say(535, reply.Enhanced{5, 7, 8}, "authentication credentials invalid")
	case fault.Limited:
		return say(452, reply.Enhanced{4, 7, 1}, fault.SafeText(err))
	case fault.Unavailable:
		return say(451, reply.Enhanced{4, 3, 2}, fault.SafeText(err))
	}
	return say(451, reply.Enhanced{4, 3, 0}, "temporary trouble on our side, please try again later")
}
