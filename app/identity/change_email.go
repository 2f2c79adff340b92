package identity

import (
	"context"
	"errors"
	"strings"
	"time"

	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/secret"
	"smtpserver/app/store"
)

// EmailChange is a user's address on its way to another one. It happens when both
// mailboxes have confirmed it: whoever holds a session, or one of the two, cannot move
// where legal notices and new passwords go. Either side can end it.
type EmailChange struct {
	Old, New     string
	OldAt, NewAt *time.Time // when each side confirmed
	ExpiresAt    time.Time
	OldSide      bool // the link was mailed to the address of now
}

// EmailChangeLife is how long both sides have.
const EmailChangeLife = 72 * time.Hour

// AskEmail begins a change: it mails both addresses, and replaces an earlier one. Nobody
// learns whether the new address has a user; its mailbox is told.
func (s *Service) AskEmail(ctx context.Context, userID id.ID, email string) error {
	email, key, err := parseEmail(strings.TrimSpace(email))
	if err != nil {
		return fault.Field("new_email", fault.SafeText(err))
	}
	u, err := s.userByID(ctx, userID)
	if err != nil {
		return err
	}
	if key == u.EmailKey {
		return fault.Field("new_email", "This is your address already.")
	}
	for _, to := range []string{u.EmailKey, key} {
		mayMail, err := s.mailAllowed(ctx, to)
		if err != nil {
			return err
		}
		if !mayMail {
			return fault.New(fault.Limited, "We wrote to these addresses several times within the hour. Please look into both spam folders, or try again later.")
		}
	}
	return asIs("ask for another address", s.inTx(ctx, func(ctx context.Context) error { return s.askEmail(ctx, u, email, key) }))
}

func (s *Service) askEmail(ctx context.Context, u userRow, email, key string) error {
	oldToken, newToken, now := secret.Token(), secret.Token(), s.now()
	err := s.replaceEmailChange(ctx, emailChangeRow{
		UserID: u.UserID, OldKey: u.EmailKey, NewEmail: email, NewKey: key, OldHash: secret.Hash(oldToken), NewHash: secret.Hash(newToken),
		CreatedAt: now, ExpiresAt: now.Add(EmailChangeLife),
	})
	if err != nil {
		return err
	}
	if err := s.Notifier.ChangeEmail(ctx, u.recipient(), true, oldToken); err != nil {
		return err
	}
	other, taken, err := s.findUser(ctx, key)
	if err != nil {
		return err
	}
	if taken { // the link of that side is mailed to nobody: it can never be done
		return s.Notifier.AlreadyRegistered(ctx, other.recipient())
	}
	return s.Notifier.ChangeEmail(ctx, Recipient{Name: u.Name, Email: email}, false, newToken)
}

// EmailChangeOf returns the change that a user has begun; ok is false when there is none.
func (s *Service) EmailChangeOf(ctx context.Context, userID id.ID) (c EmailChange, ok bool, err error) {
	r, err := s.takeEmailChange(ctx, "user_id = ?", userID)
	if errors.Is(err, store.ErrNotFound) {
		return c, false, nil
	}
	return r.change(), err == nil, asIs("find a change of address", err)
}

// InspectEmailChange returns the change of a link. It changes nothing.
func (s *Service) InspectEmailChange(ctx context.Context, token string) (EmailChange, error) {
	r, err := s.emailChangeBy(ctx, token)
	c := r.change()
	c.OldSide = r.OldHash == secret.Hash(token)
	return c, err
}

func (s *Service) emailChangeBy(ctx context.Context, token string) (emailChangeRow, error) {
	hash := secret.Hash(token)
	r, err := s.takeEmailChange(ctx, "(old_hash = ? OR new_hash = ?)", hash, hash)
	if errors.Is(err, store.ErrNotFound) {
		return r, fault.New(fault.NotFound, "This change of address was done or cancelled already, or the link is too old.")
	}
	return r, asIs("find a change of address", err)
}

// ApproveEmailChange confirms for the side that the link was mailed to. With the second
// side the address is another one; done says so.
func (s *Service) ApproveEmailChange(ctx context.Context, token string, c Client) (done bool, err error) {
	err = s.inTx(ctx, func(ctx context.Context) error {
		r, err := s.emailChangeBy(ctx, token)
		if err != nil {
			return err
		}
		u, err := s.lockUser(ctx, r.UserID)
		if err != nil {
			return err
		}
		if r, err = s.emailChangeBy(ctx, token); err != nil { // as it is now that nobody else works on it
			return err
		}
		side, now := "new_at", s.now()
		if r.OldHash == secret.Hash(token) {
			side, r.OldAt = "old_at", &now
		} else {
			r.NewAt = &now
		}
		if done = r.OldAt != nil && r.NewAt != nil; !done {
			return s.noteEmailSide(ctx, r.UserID, side, now)
		}
		return s.moveEmail(ctx, u, r, c)
	})
	if errors.Is(err, store.ErrDuplicate) {
		return false, fault.New(fault.Conflict, "This address cannot be used. Choose another one.")
	}
	return done && err == nil, asIs("confirm a change of address", err)
}

// moveEmail gives the user the new address. Links mailed to the old one open nothing any
// more: each carries the address it was mailed to.
func (s *Service) moveEmail(ctx context.Context, u userRow, r emailChangeRow, c Client) error {
	if u.EmailKey != r.OldKey {
		return fault.New(fault.Conflict, "Your address has changed meanwhile. Begin again.")
	}
	if err := s.deleteEmailChange(ctx, r.UserID); err != nil {
		return err
	}
	err := s.updateUser(ctx, r.UserID, map[string]any{"email": r.NewEmail, "email_key": r.NewKey, "email_confirmed_at": s.now()})
	if err != nil {
		return err
	}
	moved := u
	moved.Email, moved.EmailKey = r.NewEmail, r.NewKey
	for _, to := range []Recipient{u.recipient(), moved.recipient()} {
		if err := s.Notifier.EmailChanged(ctx, to); err != nil {
			return err
		}
	}
	return s.recordEntry(ctx, moved, c, audit.Entry{
		Action: "member.address_changed", Object: audit.Object{ID: u.UserID, Name: moved.Email},
		Before: audit.Values{"address": u.Email}, After: audit.Values{"address": moved.Email},
	})
}

// CancelEmailChange ends the change of a link, whichever side has it.
func (s *Service) CancelEmailChange(ctx context.Context, token string) error {
	r, err := s.emailChangeBy(ctx, token)
	if err != nil {
		return err
	}
	return asIs("cancel a change of address", s.deleteEmailChange(ctx, r.UserID))
}

// WithdrawEmailChange ends the change that a user has begun; none is fine.
func (s *Service) WithdrawEmailChange(ctx context.Context, userID id.ID) error {
	return asIs("withdraw a change of address", s.deleteEmailChange(ctx, userID))
}
