package identity

import (
	"context"

	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// InspectConfirmation returns whose address a live link would confirm.
func (s *Service) InspectConfirmation(ctx context.Context, token string) (User, error) {
	u, err := s.inspect(ctx, token, confirmEmail)
	return u.user(), err
}

// Confirm uses a confirmation link up and signs its user in: who has the link reads
// the mailbox, which is as much as a reset asks for.
func (s *Service) Confirm(ctx context.Context, token string, c Client, replaces string) (SignedIn, error) {
	var opened SignedIn
	err := s.inTx(ctx, func(ctx context.Context) error {
		u, err := s.redeem(ctx, token, confirmEmail)
		if err != nil {
			return err
		}
		now := s.now()
		if err := s.updateUser(ctx, u.UserID, map[string]any{"email_confirmed_at": now}); err != nil {
			return err
		}
		u.EmailConfirmedAt = &now
		opened, err = s.enter(ctx, u, c, replaces)
		return err
	})
	return opened, asIs("confirm an address", err)
}

// ResendConfirmation mails a fresh link to a user who is signed in.
func (s *Service) ResendConfirmation(ctx context.Context, userID id.ID) error {
	u, err := s.userByID(ctx, userID)
	if err != nil {
		return err
	}
	if u.EmailConfirmedAt != nil {
		return fault.New(fault.Conflict, "Your address is confirmed already.")
	}
	mayMail, err := s.mailAllowed(ctx, u.EmailKey)
	if err != nil {
		return err
	}
	if !mayMail {
		return fault.New(fault.Limited, "We wrote to you several times within the hour. Please look into your spam folder too, or try again later.")
	}
	return asIs("resend a confirmation", s.sendConfirmation(ctx, u))
}

// RequestConfirmation mails another link to an address that still has to be
// confirmed. The answer is the same for every other address.
func (s *Service) RequestConfirmation(ctx context.Context, email string, c Client) error {
	return s.answerAlike(ctx, email, c, func(ctx context.Context, u userRow) error {
		if u.EmailConfirmedAt != nil {
			return s.Notifier.AlreadyRegistered(ctx, u.recipient())
		}
		return s.sendConfirmation(ctx, u)
	})
}

func (s *Service) sendConfirmation(ctx context.Context, u userRow) error {
	return s.inTx(ctx, func(ctx context.Context) error {
		token, err := s.issue(ctx, u, confirmEmail)
		if err != nil {
			return err
		}
		return s.Notifier.ConfirmEmail(ctx, u.recipient(), token)
	})
}
