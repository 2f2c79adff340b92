package delivery

import (
	"errors"
	"fmt"

	"smtpserver/app/mail/reply"
	"smtpserver/app/mail/smtpclient"
	"smtpserver/app/mail/verdict"
	"smtpserver/app/message"
)

// judge turns a server's reply for one recipient into an outcome.
func judge(r *reply.Reply, host string) Outcome {
	v := verdict.Of(r, host)
	o := Outcome{
		State: message.Bounced, Class: message.Class(v.Class), Reason: v.Reason, Reply: r.Error(),
		Suppress: v.Suppress, Throttled: v.Throttle,
	}
	if v.Greylist {
		o.Greylisted = greylistWait(o.Reply)
	}
	switch {
	case r.Positive():
		o.State = message.Delivered
	case r.Temporary():
		o.State = message.Deferred
	}
	return o
}

// broken words the outcome of a conversation that ended without a verdict.
func broken(err error, dotted bool, host string) Outcome {
	o := Outcome{State: message.Deferred, Class: message.ClassOurs, Reply: err.Error()}
	switch {
	case dotted:
		o.Ambiguous = true
		o.Reason = "The connection to " + host + " broke after the whole message was sent and before an answer came. It may have arrived; we try once more."
	case errors.Is(err, smtpclient.ErrTooBig):
		o.State, o.Class, o.Reason = message.Bounced, message.ClassPolicy, "The message is larger than "+host+" takes."
	case errors.Is(err, smtpclient.ErrNeedsUTF8):
		o.State, o.Class, o.Reason = message.Bounced, message.ClassRecipient, host+" cannot take addresses with letters outside ASCII."
	case errors.Is(err, smtpclient.ErrNeeds8Bit):
		o.State, o.Class, o.Reason = message.Bounced, message.ClassPolicy, host+" takes 7-bit text only; send the message as quoted-printable or base64."
	case errors.Is(err, smtpclient.ErrBadPath):
		o.State, o.Class, o.Reason = message.Bounced, message.ClassRecipient, "This is no address that can be written to."
	case errors.Is(err, smtpclient.ErrUncleanOctets):
		o.State, o.Reason = message.Bounced, "The message has line ends that no server may be given."
	default:
		o.Reason = fmt.Sprintf("The connection to %s broke off.", host)
	}
	return o
}
