package identity

import (
	"context"
	"strings"
	"time"

	"smtpserver/app/fault"
	"smtpserver/app/limit"
)

// RequestReset mails a link for a new password, if the address is registered.
// The answer is the same either way.
func (s *Service) RequestReset(ctx context.Context, email string, c Client) error {
	return s.answerAlike(ctx, email, c, func(ctx context.Context, u userRow) error {
		token, err := s.issue(ctx, u, resetPassword)
		if err != nil {
			return err
		}
		return s.Notifier.ResetPassword(ctx, u.recipient(), token)
	})
}

// answerAlike mails something to the user of an address, in one transaction, and
// answers the same way, in the same time, when there is no such user (H-07).
func (s *Service) answerAlike(ctx context.Context, email string, c Client, send func(context.Context, userRow) error) error {
	_, key, err := parseEmail(strings.TrimSpace(email))
	if err != nil {
		return err
	}
	if err := s.limitAsking(ctx, c); err != nil {
		return err
	}
	mayMail, err := s.mailAllowed(ctx, key)
	if err != nil {
		return err
	}
	err = s.inTx(ctx, func(ctx context.Context) error {
		u, ok, err := s.findUser(ctx, key)
		if err != nil {
			return err
		}
		if ok && mayMail {
			return send(ctx, u)
		}
		// One commit either way: a disk sync is the longest part of this step.
		return s.Limiter.Fail(ctx, "nothing_mailed:"+key, time.Hour)
	})
	return asIs("mail a link", err)
}

// limitAsking brakes one network that asks for mails to many addresses.
func (s *Service) limitAsking(ctx context.Context, c Client) error {
	d, err := s.Limiter.Hit(ctx, "mail_network:"+limit.Network(c.IP), s.Limits.MailAsksPerNetwork, time.Hour)
	if err != nil {
		return err
	}
	return d.Err("That was asked for too often. Please wait an hour and try again.")
}

// InspectReset returns whose password a live reset link would change.
func (s *Service) InspectReset(ctx context.Context, token string) (User, error) {
	u, err := s.inspect(ctx, token, resetPassword)
	return u.user(), err
}

// ResetPassword uses a reset link up, sets the password and ends all sessions. The
// link came by mail, so the address counts as confirmed too.
func (s *Service) ResetPassword(ctx context.Context, token, password string, c Client) error {
	u, err := s.inspect(ctx, token, resetPassword)
	if err != nil {
		return err
	}
	hash, err := s.newHash(ctx, u, password)
	if err != nil {
		return err
	}
	err = s.inTx(ctx, func(ctx context.Context) error {
		u, err := s.redeem(ctx, token, resetPassword)
		if err != nil {
			return err
		}
		values := map[string]any{"password_hash": hash, "password_changed_at": s.now()}
		if u.EmailConfirmedAt == nil {
			values["email_confirmed_at"] = s.now()
		}
		if err := s.updateUser(ctx, u.UserID, values); err != nil {
			return err
		}
		if err := s.endOthers(ctx, u.UserID, ""); err != nil {
			return err
		}
		if err := s.endFlowsOf(ctx, u.UserID); err != nil {
			return err
		}
		if err := s.record(ctx, u, c, "member.password_reset", ""); err != nil {
			return err
		}
		return s.Notifier.PasswordChanged(ctx, u.recipient())
	})
	return asIs("reset a password", err)
}

// newHash judges a new password of a known user and hashes it.
func (s *Service) newHash(ctx context.Context, u userRow, password string) (string, error) {
	if problem := passwordProblem(password, u.Email, u.Name); problem != "" {
		return "", fault.Field("password", problem)
	}
	return s.Hasher.Hash(ctx, password)
}
