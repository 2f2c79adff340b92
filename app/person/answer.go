package person

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/secret"
)

// Send gives the person a copy of what is held about them.
func (s *Service) Send(ctx context.Context, scope account.Scope, requestID id.ID) error {
	r, err := s.open(ctx, scope, requestID, Tell)
	if err != nil {
		return err
	}
	held, err := s.Held(ctx, scope, r.Address)
	if err != nil {
		return err
	}
	plain, err := held.JSON()
	if err != nil {
		return asIs("write a copy", err)
	}
	return asIs("send a copy", s.answer(ctx, scope, r, verdict{state: Sent, data: plain, address: r.Address}))
}

// Erase erases what is held about the person, then tells them.
func (s *Service) Erase(ctx context.Context, scope account.Scope, requestID id.ID) error {
	r, err := s.open(ctx, scope, requestID, Erase)
	if err != nil {
		return err
	}
	why, err := s.CannotErase(ctx, scope, r)
	if err != nil {
		return err
	}
	if why != "" {
		return fault.New(fault.Conflict, why)
	}
	// The hash that keeps them out is committed first, and each step can be done again.
	if err := s.Contacts.ErasePerson(ctx, scope, r.Address); err != nil {
		return err
	}
	if err := s.Campaigns.ErasePerson(ctx, scope, r.Address); err != nil {
		return err
	}
	if err := s.Messages.ErasePerson(ctx, scope, r.Address); err != nil {
		return err
	}
	return asIs("erase", s.answer(ctx, scope, r, verdict{state: Erased, address: audit.MaskEmail(r.Address)}))
}

// CannotErase says why what is held cannot be erased yet, "" when it can.
func (s *Service) CannotErase(ctx context.Context, scope account.Scope, r Request) (why string, err error) {
	if r.Wish != Erase {
		return "", nil
	}
	waiting, err := s.openOf(ctx, scope, r.inquiry, Tell)
	if err != nil || waiting == 0 {
		return "", asIs("see what to answer first", err)
	}
	return "This person also asked what you hold about them. Answer that request first: afterwards there is nothing left to send.", nil
}

// Decline refuses, with a reason that the person reads.
func (s *Service) Decline(ctx context.Context, scope account.Scope, requestID id.ID, reason string) error {
	reason = strings.TrimSpace(reason)
	switch n := utf8.RuneCountInString(reason); {
	case n < leastReason:
		return fault.Field("reason", "Give the person a reason, in a sentence: they may complain about it to an authority.")
	case n > mostReason:
		return fault.Field("reason", "At most 1,000 characters, please.")
	case !utf8.ValidString(reason), strings.ContainsFunc(reason, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }):
		return fault.Field("reason", "This field holds characters that are no text.")
	}
	r, err := s.Get(ctx, scope, requestID)
	if err != nil {
		return err
	}
	return asIs("decline", s.answer(ctx, scope, r, verdict{state: Declined, reason: reason, address: r.Address}))
}

func (s *Service) open(ctx context.Context, scope account.Scope, requestID id.ID, wish Wish) (Request, error) {
	r, err := s.Get(ctx, scope, requestID)
	switch {
	case err != nil:
		return r, err
	case r.State != Open:
		return r, errAnswered()
	case r.Wish != wish:
		return r, fault.New(fault.Conflict, "That is not what this person asked for.")
	}
	return r, nil
}

// verdict is an answer that is about to be stored.
type verdict struct {
	state   State
	reason  string
	data    []byte
	address string // as the request keeps it from now on
}

// answer stores the verdict, the audit event and the mail, or nothing.
func (s *Service) answer(ctx context.Context, scope account.Scope, r Request, v verdict) error {
	token, now := secret.Token(), s.Store.Now()
	until := now.Add(AnswerLife)
	values := map[string]any{
		"state": v.state, "reason": v.reason, "address": v.address, "answered_by": scope.Actor().ID, "answered_at": now,
		"answer_hash": secret.Hash(token), "answer_until": until,
	}
	if v.data != nil {
		sealed, err := s.Box.Seal(purpose(r.ID), v.data)
		if err != nil {
			return err
		}
		values["answer"] = sealed
	}
	return s.inTx(ctx, func(ctx context.Context) error {
		if err := s.settle(ctx, scope, r.ID, values); err != nil {
			return err
		}
		err := s.audit.Record(ctx, scope, audit.Entry{
			Action: audit.Action("person." + string(v.state)), Object: audit.Object{ID: r.ID, Name: audit.MaskEmail(r.Address)}, After: audit.Values{"reason": v.reason},
		})
		if err != nil {
			return err
		}
		sender, err := s.nameOf(ctx, scope.AccountID())
		if err != nil {
			return err
		}
		return s.Notifier.PersonAnswered(ctx, r.Address, sender, until, token)
	})
}

// Sealed is where copies for people lie.
var Sealed = secret.Place{
	Table: "person_requests", Column: "answer", Row: []string{"account_id", "request_id"},
	Purpose: func(row []string) string { return purpose(id.ID(row[1])) },
}

// purpose binds a sealed copy to its request.
func purpose(requestID id.ID) string { return "person request:" + string(requestID) }
