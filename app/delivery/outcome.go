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
		State: message.Bounced, Class: message.Class(v.Class), Verdict: string(v.Key), Reason: v.Reason, NextStep: v.Next,
		Reply: r.Error(), Provider: v.Provider, Suppress: v.Suppress, Throttled: v.Throttle,
	}
	if v.Greylist {
		o.Greylisted = greylistWait(o.Reply)
	}
	switch {
	case r.Positive():
		o.State, o.NextStep = message.Delivered, ""
	case r.Temporary():
		o.State = message.Deferred
	}
	return o
}

// broken words the outcome of a conversation that ended without a verdict.
func broken(err error, dotted bool, host string) Outcome {
	o := about(verdict.Unreachable, host, message.Deferred, fmt.Sprintf("The connection to %s broke off.", host))
	switch {
	case dotted:
		o.Ambiguous = true
		o.Reason = "The connection to " + host + " broke after the whole message was sent and before an answer came. It may have arrived; we try once more."
	case errors.Is(err, smtpclient.ErrTooBig):
		o = about(verdict.TooLarge, host, message.Bounced, "")
	case errors.Is(err, smtpclient.ErrNeedsUTF8):
		o = about(verdict.NeedsUTF8, host, message.Bounced, "")
	case errors.Is(err, smtpclient.ErrNeeds8Bit):
		o = about(verdict.BadMessage, host, message.Bounced, host+" takes 7-bit text only.")
		o.NextStep = "Have the program that writes your messages send quoted-printable or base64."
	case errors.Is(err, smtpclient.ErrBadPath):
		o = about(verdict.BadAddress, host, message.Bounced, "This is no address that can be written to.")
	case errors.Is(err, smtpclient.ErrUncleanOctets):
		o = about(verdict.BadMessage, host, message.Bounced, "The message has line ends that no server may be given.")
	}
	o.Reply = err.Error()
	return o
}

// about makes an outcome that no server's reply caused: the table of verdicts gives its
// class and next step and, without one of our own, the reason.
func about(key verdict.Key, host string, s message.State, reason string) Outcome {
	v := verdict.About(key, host, s != message.Deferred)
	if reason == "" {
		reason = v.Reason
	}
	return Outcome{State: s, Class: message.Class(v.Class), Verdict: string(key), Reason: reason, NextStep: v.Next, Provider: v.Provider}
}

// ourFault is the outcome of a fault on our side, which is always temporary.
func ourFault(reason string) Outcome {
	o := about(verdict.ServerTrouble, "", message.Deferred, reason)
	o.Verdict = ownTrouble
	return o
}

// ownTrouble is the key of what went wrong on our side.
const ownTrouble = "own_trouble"
