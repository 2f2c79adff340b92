package bounce

import (
	"context"
	"log/slog"
	"strings"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/mail/address"
	"smtpserver/app/mail/feedback"
	"smtpserver/app/message"
	"smtpserver/app/secret"
	"smtpserver/app/store"
)

// Metrics counts reports by kind and what became of them.
type Metrics interface {
	Report(kind, outcome string)
}

// Receiver takes reports. Safe for concurrent use.
type Receiver struct {
	store    *store.Store
	box      *secret.Box
	hostname string // whose own mailboxes take feedback loops
	metrics  Metrics
	log      *slog.Logger
}

// New returns a receiver; the box is the one that signs return paths.
func New(s *store.Store, box *secret.Box, hostname string, m Metrics, log *slog.Logger) *Receiver {
	return &Receiver{s, box, hostname, m, log}
}

// operatorBoxes are mailboxes of the operator to which providers send complaints.
var operatorBoxes = map[string]bool{"fbl": true, "abuse": true, "postmaster": true}

// Knows says whether mail to an address is for us: a return path that we signed, or a
// mailbox of the operator.
func (r *Receiver) Knows(to address.Mailbox) error {
	if _, ok := message.OfReturnPath(r.box, to.Local); ok {
		return nil
	}
	if to.Domain == r.hostname && operatorBoxes[strings.ToLower(to.Local)] {
		return nil
	}
	return fault.New(fault.NotFound, "no such address here")
}

// Receive acts on a report. An error means that it was not settled: the sender is to
// come again.
func (r *Receiver) Receive(ctx context.Context, from address.Mailbox, to []address.Mailbox, content []byte) error {
	// The parser believes prose only from machines, which the null path is a sign of.
	report := feedback.Parse(append([]byte("Return-Path: <"+from.String()+">\r\n"), content...))
	for _, rcpt := range to {
		about := r.messageOf(rcpt, report)
		outcome, err := r.settle(ctx, about, report)
		if err != nil {
			return err
		}
		if outcome == kept {
			if err := r.keep(ctx, from, rcpt, report, content); err != nil {
				return err
			}
		}
		r.metrics.Report(string(report.Kind), string(outcome))
		r.log.Info("report", "kind", report.Kind, "form", report.Form, "outcome", outcome, "message", about.id)
	}
	return nil
}

// messageOf finds the message that a report is about: by the address it came to, or,
// in a feedback loop, by the return path that it quotes. Both are signed.
func (r *Receiver) messageOf(rcpt address.Mailbox, report *feedback.Report) origin {
	if messageID, ok := message.OfReturnPath(r.box, rcpt.Local); ok {
		return origin{messageID, rcpt.Domain}
	}
	quoted := []string{report.Original.Get("Return-Path")}
	if report.Feedback != nil {
		quoted = append(quoted, report.Feedback.MailFrom)
	}
	for _, path := range quoted {
		local, host, _ := strings.Cut(strings.Trim(path, "<> "), "@")
		if messageID, ok := message.OfReturnPath(r.box, local); ok {
			return origin{messageID, strings.ToLower(host)}
		}
	}
	return origin{}
}

// origin is the message that a report is about, and the host of its return path, which
// tells whose it is. Zero: none of ours.
type origin struct {
	id   id.ID
	host string
}

// outcome is what a report came to.
type outcome string

const (
	changed outcome = "changed" // a delivery, or who may be mailed
	nothing outcome = "nothing" // it is known already, or means nothing to us
	kept    outcome = "kept"    // for staff
)

func (r *Receiver) settle(ctx context.Context, about origin, report *feedback.Report) (outcome, error) {
	switch report.Kind {
	case feedback.AutoReply, feedback.Receipt, feedback.Challenge:
		return nothing, nil
	case feedback.Status:
		return r.bounced(ctx, about, report)
	case feedback.Complaint:
		if !report.Feedback.ByPerson() {
			return nothing, nil
		}
		return r.complained(ctx, about, report)
	}
	return kept, nil
}
