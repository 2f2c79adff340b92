package identity

import (
	"context"

	"smtpserver/app/fault"
)

// ChangePassword sets a new password for a user who knows the old one. All the
// user's sessions end; the returned one replaces the session it was done in.
func (s *Service) ChangePassword(ctx context.Context, session Session, current, password string, c Client) (SignedIn, error) {
	userID := session.UserID
	u, err := s.userByID(ctx, userID)
	if err != nil {
		return SignedIn{}, err
	}
	buckets := s.signInBuckets(u.EmailKey, c)
	if err := buckets.hit(ctx, s.Limiter); err != nil {
		return SignedIn{}, err
	}
	match, _, err := s.Hasher.Check(ctx, current, u.PasswordHash)
	if err != nil {
		return SignedIn{}, err
	}
	if !match {
		return SignedIn{}, fault.Field("current_password", "This is not your current password.")
	}
	if err := buckets.forgive(ctx, s.Limiter); err != nil {
		return SignedIn{}, err
	}
	hash, err := s.newHash(ctx, u, password)
	if err != nil {
		return SignedIn{}, err
	}
	var opened SignedIn
	err = s.inTx(ctx, func(ctx context.Context) error {
		if err := s.updateUser(ctx, userID, map[string]any{"password_hash": hash, "password_changed_at": s.now()}); err != nil {
			return err
		}
		if err := s.endOthers(ctx, userID, ""); err != nil {
			return err
		}
		if err := s.endFlowsOf(ctx, userID); err != nil {
			return err
		}
		if err := s.Notifier.PasswordChanged(ctx, u.recipient()); err != nil {
			return err
		}
		if err := s.record(ctx, u, c, "member.password_changed", ""); err != nil {
			return err
		}
		opened, err = s.admit(ctx, u, c, "", session.TwoFactors)
		return err
	})
	return opened, asIs("change a password", err)
}
