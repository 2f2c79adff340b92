package identity

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"smtpserver/app/fault"
	"smtpserver/app/limit"
	"smtpserver/app/store"
)

// External is a person as a provider vouches for them. Issuer and subject are who it
// is; the address is only what they are told by, and worth nothing unverified.
type External struct {
	Provider      string // google, github, microsoft, oidc
	Issuer        string
	Subject       string
	Email         string
	EmailVerified bool
	Name          string
}

// HoldRound keeps what a round at a provider needs at its end, and returns the token
// of the browser's cookie.
func (s *Service) HoldRound(ctx context.Context, c Client, state any) (string, error) {
	d, err := s.Limiter.Hit(ctx, "provider_network:"+limit.Network(c.IP), s.Limits.RoundsPerNetwork, time.Minute)
	if err != nil {
		return "", err
	}
	if err := d.Err("That was tried too often. Please wait a minute and try again."); err != nil {
		return "", err
	}
	return s.begin(ctx, providerRound, "", state)
}

// TakeRound gives the state back, once.
func (s *Service) TakeRound(ctx context.Context, token string, state any) error {
	_, err := s.finish(ctx, providerRound, token, state)
	return err
}

// SignInExternal opens a session for the user that the identity is linked to. Without
// one it is NotFound; that an address is the same links nothing.
func (s *Service) SignInExternal(ctx context.Context, x External, c Client, replaces string) (SignedIn, error) {
	var in SignedIn
	err := s.inTx(ctx, func(ctx context.Context) error {
		l, err := s.takeLink(ctx, x.Issuer, x.Subject)
		if errors.Is(err, store.ErrNotFound) {
			return fault.New(fault.NotFound, "No account is linked to this identity.")
		}
		if err != nil {
			return err
		}
		u, err := s.userByID(ctx, l.UserID)
		if err != nil {
			return err
		}
		if u.Staff { // proven to be theirs, so it may be told
			return fault.New(fault.Conflict, "This identity belongs to a person of the operator. Please sign in at the back office's own door.")
		}
		if err := s.noteLinkUse(ctx, l); err != nil {
			return err
		}
		in, err = s.enter(ctx, u, c, replaces)
		return err
	})
	return in, asIs("sign in by a provider", err)
}

// HoldCompletion keeps a vouched-for newcomer until the account is named and the
// terms are accepted. An address that the provider does not vouch for is refused, and
// so is one that has a user: that user signs in first and links then.
func (s *Service) HoldCompletion(ctx context.Context, x External) (string, error) {
	if err := s.mayComplete(ctx, x); err != nil {
		return "", err
	}
	return s.begin(ctx, completion, "", x)
}

// Completion returns who is completing a sign-up.
func (s *Service) Completion(ctx context.Context, token string) (x External, err error) {
	_, err = s.peek(ctx, completion, token, &x)
	return x, err
}

func (s *Service) mayComplete(ctx context.Context, x External) error {
	if !x.EmailVerified {
		return fault.New(fault.Conflict, "does not vouch for your e-mail address, so it cannot open an account here. Create one with a password, confirm the address, and link it under Settings, Security.")
	}
	_, key, err := parseEmail(strings.TrimSpace(x.Email))
	if err != nil {
		return fault.New(fault.Conflict, "gave us no e-mail address that we could write to. Create an account with a password instead.")
	}
	_, known, err := s.findUser(ctx, key)
	if err != nil {
		return err
	}
	if known {
		return errKnownAddress()
	}
	return nil
}

// errKnownAddress may say so: the provider just vouched that the person reads that mailbox.
func errKnownAddress() error {
	return fault.New(fault.Conflict, "is not linked yet, but there is an account with your address. Sign in the way you did before, and link it under Settings, Security.")
}

// CompleteSignUp makes the user with account, acceptance and link in one transaction
// and signs them in. The provider vouched for the address, so it is confirmed.
func (s *Service) CompleteSignUp(ctx context.Context, token string, f SignUpForm, replaces string) (SignedIn, error) {
	x, err := s.Completion(ctx, token)
	if err != nil {
		return SignedIn{}, err
	}
	f.Email, f.Password = x.Email, ""
	version, err := s.checkSignUp(ctx, &f, "")
	if err != nil {
		return SignedIn{}, err
	}
	if err := s.limitSignUps(ctx, f.Client); err != nil {
		return SignedIn{}, err
	}
	var in SignedIn
	err = s.inTx(ctx, func(ctx context.Context) error {
		if _, err := s.finish(ctx, completion, token, &x); err != nil {
			return err
		}
		if err := s.mayComplete(ctx, x); err != nil {
			return err
		}
		u, err := s.newUser(f, noPassword)
		if err != nil {
			return err
		}
		now := s.now()
		u.EmailConfirmedAt = &now
		if err := s.insertUser(ctx, u); err != nil {
			return err
		}
		if err := s.openAccount(ctx, u, f, version); err != nil {
			return err
		}
		if err := s.insertLink(ctx, linkRow{Issuer: x.Issuer, Subject: x.Subject, UserID: u.UserID, Provider: x.Provider, Email: x.Email, CreatedAt: now, UsedAt: now}); err != nil {
			return err
		}
		if err := s.record(ctx, u, f.Client, "member.signed_up", x.Provider); err != nil {
			return err
		}
		in, err = s.enter(ctx, u, f.Client, replaces)
		return err
	})
	if errors.Is(err, store.ErrDuplicate) {
		return SignedIn{}, errKnownAddress() // two at once: the other one is committed
	}
	return in, asIs("complete a sign-up", err)
}

func (s *Service) limitSignUps(ctx context.Context, c Client) error {
	d, err := s.Limiter.Hit(ctx, "sign_up:"+limit.Network(c.IP), s.Limits.SignUpsPerDay, 24*time.Hour)
	if err != nil {
		return fmt.Errorf("identity: count sign-ups: %w", err)
	}
	return d.Err("There were many sign-ups from your network today. Please try again tomorrow, or write to us.")
}
