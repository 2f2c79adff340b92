package delivery

import (
	"errors"
	"fmt"

	"smtpserver/app/mail/reply"
	"smtpserver/app/mail/smtpclient"
	"smtpserver/app/message"
)

// judge turns a server's reply for one recipient into an outcome. The enhanced code
// (RFC 3463) tells whose trouble it is; without one the basic code has to do.
func judge(r *reply.Reply, host string) Outcome {
	o := Outcome{Reply: r.Error()}
	switch {
	case r.Positive():
		o.State, o.Reason = message.Delivered, "Accepted by "+host+"."
		return o
	case r.Temporary():
		o.State, o.Class, o.Throttled = message.Deferred, classOf(r), r.Code == 421
		o.Reason = temporaryReason(r, host)
		return o
	}
	o.State, o.Class = message.Bounced, classOf(r)
	o.Reason, o.Suppress = permanentReason(r, host)
	return o
}

func classOf(r *reply.Reply) message.Class {
	switch r.Enhanced[1] {
	case 1, 2:
		return message.ClassRecipient
	case 3, 4, 5:
		return message.ClassOurs
	case 6, 7:
		return message.ClassPolicy
	}
	if r.Code == 550 || r.Code == 551 || r.Code == 553 || r.Code == 450 {
		return message.ClassRecipient
	}
	return message.ClassPolicy
}

func temporaryReason(r *reply.Reply, host string) string {
	switch {
	case r.Enhanced == reply.Enhanced{4, 2, 2} || r.Code == 452 && r.Enhanced[1] == 2:
		return "The mailbox is full at the moment."
	case r.Code == 421:
		return host + " is busy or limits how fast we may send."
	case r.Code == 450 || r.Code == 451 && r.Enhanced[1] == 7:
		return host + " asks us to come again later, as servers do with senders they do not know yet."
	}
	return host + " could not take the message right now."
}

func permanentReason(r *reply.Reply, host string) (reason string, suppress bool) {
	switch r.Enhanced {
	case reply.Enhanced{5, 1, 1}, reply.Enhanced{5, 1, 6}:
		return "There is no such mailbox at " + host + ".", true
	case reply.Enhanced{5, 1, 2}:
		return "The recipient's domain does not exist.", true
	case reply.Enhanced{5, 1, 10}:
		return "The recipient's domain says that it takes no mail.", true
	case reply.Enhanced{5, 2, 1}:
		return "The mailbox is disabled.", false
	case reply.Enhanced{5, 2, 2}:
		return "The mailbox is full.", false
	case reply.Enhanced{5, 2, 3}, reply.Enhanced{5, 3, 4}:
		return "The message is larger than " + host + " takes.", false
	}
	switch classOf(r) {
	case message.ClassRecipient:
		return host + " refused this recipient.", false
	case message.ClassPolicy:
		return host + " refused the message by its policy.", false
	}
	return host + " refused the message.", false
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
