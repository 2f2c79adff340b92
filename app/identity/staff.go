package identity

import (
	"context"
	"errors"
	"strings"

	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// CreateStaff makes a person of the operator, or finds them, and returns a one-time
// token by which they sign in within the hour. What they may do is app/office's.
func (s *Service) CreateStaff(ctx context.Context, email string) (userID id.ID, token string, err error) {
	email, key, err := parseEmail(strings.TrimSpace(email))
	if err != nil {
		return "", "", err
	}
	err = s.inTx(ctx, func(ctx context.Context) error {
		u, ok, err := s.findUser(ctx, key)
		switch {
		case err != nil:
			return err
		case ok && !u.Staff:
			// A customer who becomes staff would carry a session of the one role into the other.
			return fault.Field("email", "this address belongs to a customer; staff need an address of their own")
		case !ok:
			local, _, _ := strings.Cut(email, "@")
			now := s.now()
			u = userRow{
				UserID: id.New(), Email: email, EmailKey: key, Name: local, PasswordHash: noPassword, Staff: true,
				Theme: SystemTheme, EmailConfirmedAt: &now, PasswordChangedAt: now, CreatedAt: now,
			}
			if err := s.insertUser(ctx, u); err != nil {
				return err
			}
		}
		userID = u.UserID
		token, err = s.issue(ctx, u, staffSignIn)
		return err
	})
	return userID, token, asIs("create staff", err)
}

// CloseStaff takes from a person of the operator every session and every way to sign in.
// The user stays: what they did names them.
func (s *Service) CloseStaff(ctx context.Context, userID id.ID) error {
	err := s.inTx(ctx, func(ctx context.Context) error {
		u, err := s.userByID(ctx, userID)
		if err != nil {
			return err
		}
		if !u.Staff {
			return fault.New(fault.NotFound, "There is no such person.")
		}
		if err := s.updateUser(ctx, userID, map[string]any{"password_hash": noPassword, "password_changed_at": s.now()}); err != nil {
			return err
		}
		return errors.Join(s.endOthers(ctx, userID, ""), s.endFlowsOf(ctx, userID), s.deleteWaysIn(ctx, userID))
	})
	return asIs("close the ways of staff", err)
}

// InspectStaff returns who would sign in by a live staff link.
func (s *Service) InspectStaff(ctx context.Context, token string) (User, error) {
	u, err := s.inspect(ctx, token, staffSignIn)
	return u.user(), err
}

// EnterStaff uses a staff link up and opens a session.
func (s *Service) EnterStaff(ctx context.Context, token string, c Client, replaces string) (SignedIn, error) {
	var opened SignedIn
	err := s.inTx(ctx, func(ctx context.Context) error {
		u, err := s.redeem(ctx, token, staffSignIn)
		if err != nil {
			return err
		}
		opened, err = s.enter(ctx, u, c, replaces)
		return err
	})
	return opened, asIs("enter as staff", err)
}
