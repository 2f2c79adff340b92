package identity

import (
	"context"
	"time"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/limit"
)

// secondState is kept between the two factors.
type secondState struct {
	PasswordChangedAt time.Time // a new password ends what an old one began
}

// SecondStep is what a person may answer the second step with.
type SecondStep struct {
	User     User
	App      bool // an authenticator app is set up
	Passkeys bool
}

// InspectSecondStep returns who is between the factors.
func (s *Service) InspectSecondStep(ctx context.Context, token string) (SecondStep, error) {
	u, err := s.between(ctx, token)
	if err != nil {
		return SecondStep{}, err
	}
	r, ok, err := s.takeAuthenticator(ctx, u.UserID)
	if err != nil {
		return SecondStep{}, err
	}
	keys, err := s.listPasskeys(ctx, u.UserID)
	if err != nil {
		return SecondStep{}, err
	}
	return SecondStep{User: u.user(), App: ok && r.ConfirmedAt != nil, Passkeys: len(keys) > 0 && s.passkeys != nil}, nil
}

func (s *Service) between(ctx context.Context, token string) (userRow, error) {
	var state secondState
	userID, err := s.peek(ctx, secondStep, token, &state)
	if err != nil {
		return userRow{}, err
	}
	u, err := s.userByID(ctx, userID)
	if err != nil {
		return userRow{}, err
	}
	if !u.PasswordChangedAt.Equal(state.PasswordChangedAt) {
		return userRow{}, errStepOver()
	}
	return u, nil
}

// SecondAnswer is what was given to the second step: a code of the app, or a recovery code.
type SecondAnswer struct {
	Code     string
	Recovery string
	Client   Client
	Replaces string
}

// FinishSecondStep checks the answer and opens the session.
func (s *Service) FinishSecondStep(ctx context.Context, token string, a SecondAnswer) (SignedIn, error) {
	u, err := s.between(ctx, token)
	if err != nil {
		return SignedIn{}, err
	}
	if err := s.countCode(ctx, u.UserID, a.Client); err != nil {
		return SignedIn{}, err
	}
	var in SignedIn
	err = s.inTx(ctx, func(ctx context.Context) error {
		if err := s.checkAnswer(ctx, u, a); err != nil {
			return err
		}
		if _, err := s.finish(ctx, secondStep, token, &secondState{}); err != nil {
			return err
		}
		in, err = s.admit(ctx, u, a.Client, a.Replaces, true)
		return err
	})
	if fault.Is(err, fault.Invalid) { // the transaction is gone, and what was tried stays on record
		return SignedIn{}, s.failedFactor(ctx, u, a.Client, err)
	}
	if err != nil {
		return SignedIn{}, asIs("finish the second step", err)
	}
	return in, s.forgiveCode(ctx, u.UserID, a.Client)
}

func (s *Service) checkAnswer(ctx context.Context, u userRow, a SecondAnswer) error {
	if a.Recovery != "" {
		ok, err := s.useRecovery(ctx, u.UserID, a.Recovery)
		if err != nil {
			return err
		}
		if !ok {
			return fault.Field("recovery_code", "This is not one of your unused recovery codes.")
		}
		return s.tell(ctx, u, a.Client, Notice{Kind: RecoveryCodeUsed})
	}
	ok, err := s.useCode(ctx, u.UserID, a.Code)
	if err != nil {
		return err
	}
	if !ok {
		return fault.Field("code", "This code is not right, or it was used already. Wait for the next one. If none works, check that your device sets its clock automatically.")
	}
	return nil
}

// codeBuckets count the second factors that are tried: from one network, and from
// everywhere, because who knows the password may come from many.
func (s *Service) codeBuckets(userID id.ID, c Client) []limitedBucket {
	return []limitedBucket{
		{"code:" + userID.String() + "|" + limit.Network(c.IP), s.Limits.SignInsPerMinute, time.Minute},
		{"code_user:" + userID.String(), s.Limits.CodesPerHour, time.Hour},
	}
}

type limitedBucket struct {
	name   string
	limit  int
	window time.Duration
}

func (s *Service) countCode(ctx context.Context, userID id.ID, c Client) error {
	for _, b := range s.codeBuckets(userID, c) {
		d, err := s.Limiter.Hit(ctx, b.name, b.limit, b.window)
		if err != nil {
			return err
		}
		if err := d.Err("Too many codes were tried. Please wait a while and try again."); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) forgiveCode(ctx context.Context, userID id.ID, c Client) error {
	for _, b := range s.codeBuckets(userID, c) {
		if err := s.Limiter.Forgive(ctx, b.name, b.window); err != nil {
			return err
		}
	}
	return nil
}
