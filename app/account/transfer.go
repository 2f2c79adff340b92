package account

import (
	"context"
	"time"

	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// Transfer is an account offered to another owner. Both confirm: the owner by offering
// it, the other by accepting. Until then nothing changes.
type Transfer struct {
	From, To  Person
	ExpiresAt time.Time
}

// TransferLife is how long an offer stands.
const TransferLife = 7 * 24 * time.Hour

// Offer offers the account to another member. It replaces an earlier offer.
func (s *Service) Offer(ctx context.Context, scope Scope, to id.ID) error {
	err := s.inScope(ctx, scope, func(ctx context.Context) error {
		me, err := s.person(ctx, scope, scope.Actor().ID)
		if err != nil {
			return err
		}
		them, err := s.person(ctx, scope, to)
		switch {
		case fault.Is(err, fault.NotFound):
			return fault.Field("to", "Choose one of the members.")
		case err != nil:
			return err
		case me.Role != Owner:
			return fault.New(fault.Forbidden, me.Role.WhyNot(OwnAccount))
		case them.UserID == me.UserID:
			return fault.Field("to", "You are the owner already.")
		case !them.Confirmed:
			return fault.Field("to", "This person has not confirmed their address yet. Legal notices must reach the owner.")
		}
		now := s.store.Now()
		if err := s.replaceTransfer(ctx, scope, transferRow{FromUser: me.UserID, ToUser: them.UserID, CreatedAt: now, ExpiresAt: now.Add(TransferLife)}); err != nil {
			return err
		}
		return s.tellTransfer(ctx, scope, "account.offered", me, them, s.notifier.TransferAsked)
	})
	return asIs("offer an account", err)
}

// Withdraw takes the offer back, or declines it.
func (s *Service) Withdraw(ctx context.Context, scope Scope) error {
	err := s.inScope(ctx, scope, func(ctx context.Context) error {
		t, ok, err := s.takeTransfer(ctx, scope)
		if err != nil {
			return err
		}
		if who := scope.Actor().ID; !ok || t.FromUser != who && t.ToUser != who {
			return errNoTransfer()
		}
		if _, err := s.deleteTransfer(ctx, scope); err != nil {
			return err
		}
		return s.audit.Record(ctx, scope, audit.Entry{Action: "account.offer_withdrawn", Object: audit.Object{ID: t.ToUser}})
	})
	return asIs("withdraw an offer", err)
}

// TakeOver accepts the offer: from this commit on the account has another owner.
func (s *Service) TakeOver(ctx context.Context, scope Scope) error {
	err := s.inScope(ctx, scope, func(ctx context.Context) error {
		t, ok, err := s.takeTransfer(ctx, scope)
		if err != nil {
			return err
		}
		if !ok || t.ToUser != scope.Actor().ID {
			return errNoTransfer()
		}
		from, err := s.person(ctx, scope, t.FromUser)
		if err != nil {
			return err
		}
		to, err := s.person(ctx, scope, t.ToUser)
		if err != nil {
			return err
		}
		if err := s.swapOwner(ctx, scope, t); err != nil {
			return err
		}
		return s.tellTransfer(ctx, scope, "account.transferred", from, to, s.notifier.Transferred)
	})
	return asIs("take an account over", err)
}

func (s *Service) tellTransfer(ctx context.Context, scope Scope, action audit.Action, from, to Person, mail func(context.Context, string, TransferMail) error) error {
	a, err := s.Get(ctx, scope)
	if err != nil {
		return err
	}
	err = s.audit.Record(ctx, scope, audit.Entry{
		Action: action, Object: audit.Object{ID: to.UserID, Name: to.Email}, Before: audit.Values{"owner": from.Email}, After: audit.Values{"owner": to.Email},
	})
	if err != nil {
		return err
	}
	m := TransferMail{Account: a.Name, Slug: a.Slug, From: from.Email, To: to.Email}
	for _, email := range []string{from.Email, to.Email} {
		if err := mail(ctx, email, m); err != nil {
			return err
		}
	}
	return nil
}

// OpenTransfer returns the offer that stands, if there is one.
func (s *Service) OpenTransfer(ctx context.Context, scope Scope) (t Transfer, ok bool, err error) {
	r, ok, err := s.takeTransfer(ctx, scope)
	if err != nil || !ok {
		return t, false, asIs("find an offer", err)
	}
	t.ExpiresAt = r.ExpiresAt
	if t.From, err = s.person(ctx, scope, r.FromUser); err != nil {
		return t, false, err
	}
	t.To, err = s.person(ctx, scope, r.ToUser)
	return t, err == nil, err
}

func errNoTransfer() error {
	return fault.New(fault.Conflict, "There is no offer of this account to you, or it is too old.")
}
