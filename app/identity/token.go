package identity

import (
	"context"
	"errors"
	"fmt"
	"time"

	"smtpserver/app/fault"
	"smtpserver/app/secret"
	"smtpserver/app/store"
)

// purpose says what a one-time token is good for; a token of one purpose is
// nothing for another.
type purpose string

const (
	confirmEmail  purpose = "confirm_email"
	resetPassword purpose = "reset_password"
	staffSignIn   purpose = "staff_sign_in"
)

// ConfirmationLife is how long a confirmation link works.
const ConfirmationLife = 24 * time.Hour

var lifetimes = map[purpose]time.Duration{
	confirmEmail:  ConfirmationLife,
	resetPassword: time.Hour,
	staffSignIn:   time.Hour,
}

// issue makes a token for the user and ends the earlier ones of that purpose: only
// the newest link works.
func (s *Service) issue(ctx context.Context, u userRow, p purpose) (string, error) {
	token, now := secret.Token(), s.now()
	err := s.insertToken(ctx, tokenRow{
		TokenHash: secret.Hash(token), UserID: u.UserID, Purpose: p, EmailKey: u.EmailKey,
		CreatedAt: now, ExpiresAt: now.Add(lifetimes[p]),
	})
	if err != nil {
		return "", fmt.Errorf("identity: issue a token: %w", err)
	}
	return token, nil
}

// redeem uses a token up and returns its user. Call it inside the transaction of
// what the token allows.
func (s *Service) redeem(ctx context.Context, token string, p purpose) (userRow, error) {
	u, err := s.inspect(ctx, token, p)
	if err != nil {
		return userRow{}, err
	}
	err = s.useToken(ctx, secret.Hash(token), p)
	if errors.Is(err, store.ErrNotFound) {
		return userRow{}, errDeadLink()
	}
	return u, asIs("redeem a token", err)
}

// inspect returns the user of a live token without using it up.
func (s *Service) inspect(ctx context.Context, token string, p purpose) (userRow, error) {
	t, err := s.takeToken(ctx, secret.Hash(token), p)
	if errors.Is(err, store.ErrNotFound) {
		return userRow{}, errDeadLink()
	}
	if err != nil {
		return userRow{}, fmt.Errorf("identity: inspect a token: %w", err)
	}
	return s.tokenUser(ctx, t)
}

// tokenUser refuses a token that was sent to an address the user no longer has.
func (s *Service) tokenUser(ctx context.Context, t tokenRow) (userRow, error) {
	u, err := s.userByID(ctx, t.UserID)
	if err != nil {
		return userRow{}, err
	}
	if u.EmailKey != t.EmailKey {
		return userRow{}, errDeadLink()
	}
	return u, nil
}

func errDeadLink() error {
	return fault.New(fault.NotFound, "This link was used already, or it is too old. Ask for a new one.")
}

// asIs passes classified faults on and gives the others their step.
func asIs(step string, err error) error {
	if fault.Is(err, fault.Internal) {
		return fmt.Errorf("identity: %s: %w", step, err)
	}
	return err
}
