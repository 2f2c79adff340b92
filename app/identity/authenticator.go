package identity

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/secret"
	"smtpserver/app/store"
)

const (
	codePeriod = 30 // seconds; RFC 6238 §5.2
	codeSkew   = 1  // periods that a clock may be off either way
	// setupSkew is how far off a clock is still recognised, to be told while setting up.
	setupSkew = 20
)

var codeOptions = totp.ValidateOpts{Period: codePeriod, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}

// Setup is an authenticator that waits for its first code.
type Setup struct {
	Secret string // base 32, for typing
	URL    string // otpauth://…, for the QR code
}

// BeginAuthenticator makes a secret in the place of an earlier one that was never
// confirmed.
func (s *Service) BeginAuthenticator(ctx context.Context, userID id.ID) error {
	seed := make([]byte, 20) // RFC 4226 §4, R6
	_, _ = rand.Read(seed)   // never fails since Go 1.24: it ends the program instead
	sealed, err := s.Box.Seal(authenticatorPurpose(userID), seed)
	if err != nil {
		return fmt.Errorf("identity: begin an authenticator: %w", err)
	}
	err = s.inTx(ctx, func(ctx context.Context) error {
		old, ok, err := s.takeAuthenticator(ctx, userID)
		if err != nil {
			return err
		}
		if ok && old.ConfirmedAt != nil {
			return fault.New(fault.Conflict, "An authenticator app is set up already. Remove it first.")
		}
		return s.replaceAuthenticator(ctx, authenticatorRow{UserID: userID, Secret: sealed, CreatedAt: s.now()})
	})
	return asIs("begin an authenticator", err)
}

func authenticatorPurpose(userID id.ID) string { return "authenticator:" + userID.String() }

// Sealed is where secrets of people's second factors lie. A step under way is sealed as
// well, for a quarter of an hour.
var Sealed = []secret.Place{
	{Table: "authenticators", Column: "secret", Row: []string{"user_id"}, Purpose: func(row []string) string { return authenticatorPurpose(id.ID(row[0])) }},
	{Table: "passkeys", Column: "credential", Row: []string{"passkey_id"}, Purpose: func(row []string) string { return passkeyPurpose(id.ID(row[0])) }},
}

// PendingAuthenticator returns what is to be scanned.
func (s *Service) PendingAuthenticator(ctx context.Context, userID id.ID) (Setup, error) {
	u, err := s.userByID(ctx, userID)
	if err != nil {
		return Setup{}, err
	}
	r, ok, err := s.takeAuthenticator(ctx, userID)
	if err != nil {
		return Setup{}, err
	}
	if !ok || r.ConfirmedAt != nil {
		return Setup{}, fault.New(fault.NotFound, "No authenticator app is being set up.")
	}
	seed, err := s.seed(r)
	if err != nil {
		return Setup{}, err
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: s.brand(), AccountName: u.Email, Secret: seed})
	if err != nil {
		return Setup{}, fmt.Errorf("identity: describe an authenticator: %w", err)
	}
	return Setup{Secret: key.Secret(), URL: key.URL()}, nil
}

func (s *Service) brand() string {
	if s.Brand == "" {
		return "SMTPServer"
	}
	return s.Brand
}

// ConfirmAuthenticator takes the first code. The session is replaced by one with two
// factors and every other one ends; codes are the recovery codes, when these are the first.
func (s *Service) ConfirmAuthenticator(ctx context.Context, session Session, code string, c Client) (in SignedIn, codes []string, err error) {
	if err := s.countCode(ctx, session.UserID, c); err != nil {
		return SignedIn{}, nil, err
	}
	r, ok, err := s.takeAuthenticator(ctx, session.UserID)
	if err != nil {
		return SignedIn{}, nil, err
	}
	if !ok || r.ConfirmedAt != nil {
		return SignedIn{}, nil, fault.New(fault.NotFound, "No authenticator app is being set up.")
	}
	seed, err := s.seed(r)
	if err != nil {
		return SignedIn{}, nil, err
	}
	step, ok, err := matchStep(seed, code, s.now(), setupSkew)
	if err != nil {
		return SignedIn{}, nil, err
	}
	if !ok {
		return SignedIn{}, nil, fault.Field("code", "This is not the code of now. Wait for the next one and type its six digits.")
	}
	if off := step - stepOf(s.now()); off < -codeSkew || off > codeSkew {
		return SignedIn{}, nil, fault.Field("code", fmt.Sprintf("The code is right, but for another time: the clock of your device is about %d seconds %s. Let it set its time automatically, then try again.", abs(off)*codePeriod, direction(off)))
	}
	err = s.inTx(ctx, func(ctx context.Context) error {
		if err := s.confirmAuthenticator(ctx, session.UserID, step); errors.Is(err, store.ErrNotFound) {
			return fault.New(fault.Conflict, "An authenticator app is set up already.")
		} else if err != nil {
			return err
		}
		in, codes, err = s.strengthen(ctx, session, c, AuthenticatorAdded)
		return err
	})
	return in, codes, asIs("confirm an authenticator", err)
}

// strengthen follows a new second factor: the session is renewed as one with two
// factors, the others end, and the first factor comes with recovery codes.
func (s *Service) strengthen(ctx context.Context, session Session, c Client, kind NoticeKind) (in SignedIn, codes []string, err error) {
	u, err := s.userByID(ctx, session.UserID)
	if err != nil {
		return SignedIn{}, nil, err
	}
	left, err := s.countRecovery(ctx, u.UserID)
	if err != nil {
		return SignedIn{}, nil, err
	}
	if left == 0 {
		if codes, err = s.makeRecovery(ctx, u.UserID); err != nil {
			return SignedIn{}, nil, err
		}
	}
	if err := s.endOthers(ctx, u.UserID, ""); err != nil {
		return SignedIn{}, nil, err
	}
	if err := s.tell(ctx, u, c, Notice{Kind: kind}); err != nil {
		return SignedIn{}, nil, err
	}
	in, err = s.admit(ctx, u, c, "", true)
	return in, codes, err
}

// RemoveAuthenticator turns the app off. With the last second factor its recovery
// codes go, and no session counts as one with two factors any more.
func (s *Service) RemoveAuthenticator(ctx context.Context, userID id.ID, c Client) error {
	err := s.inTx(ctx, func(ctx context.Context) error {
		u, err := s.lockUser(ctx, userID)
		if err != nil {
			return err
		}
		if err := s.deleteAuthenticator(ctx, userID); errors.Is(err, store.ErrNotFound) {
			return fault.New(fault.NotFound, "There is no authenticator app.")
		} else if err != nil {
			return err
		}
		if err := s.weaken(ctx, userID); err != nil {
			return err
		}
		return s.tell(ctx, u, c, Notice{Kind: AuthenticatorRemoved})
	})
	return asIs("remove an authenticator", err)
}

// weaken follows the removal of a second factor.
func (s *Service) weaken(ctx context.Context, userID id.ID) error {
	second, err := s.hasSecondFactor(ctx, userID)
	if err != nil || second {
		return err
	}
	if err := s.deleteRecovery(ctx, userID); err != nil {
		return err
	}
	return s.markOneFactor(ctx, userID)
}

func (s *Service) hasSecondFactor(ctx context.Context, userID id.ID) (bool, error) {
	r, ok, err := s.takeAuthenticator(ctx, userID)
	if err != nil || ok && r.ConfirmedAt != nil {
		return err == nil, err
	}
	keys, err := s.listPasskeys(ctx, userID)
	return len(keys) > 0, err
}

func (s *Service) seed(r authenticatorRow) ([]byte, error) {
	seed, err := s.Box.Open(authenticatorPurpose(r.UserID), r.Secret)
	if err != nil {
		return nil, fmt.Errorf("identity: open an authenticator: %w", err)
	}
	return seed, nil
}

// useCode takes a code of the user's authenticator, each at most once: its step must
// be newer than that of the last one (RFC 6238 §5.2).
func (s *Service) useCode(ctx context.Context, userID id.ID, code string) (bool, error) {
	r, ok, err := s.takeAuthenticator(ctx, userID)
	if err != nil || !ok || r.ConfirmedAt == nil {
		return false, err
	}
	seed, err := s.seed(r)
	if err != nil {
		return false, err
	}
	step, ok, err := matchStep(seed, code, s.now(), codeSkew)
	if err != nil || !ok {
		return false, err
	}
	return s.advanceAuthenticator(ctx, userID, step)
}

func stepOf(t time.Time) int64 { return t.Unix() / codePeriod }

// matchStep returns the step around now whose code this is, the nearest first.
func matchStep(seed []byte, code string, now time.Time, skew int64) (int64, bool, error) {
	code = strings.Join(strings.Fields(code), "")
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(seed)
	for distance := range skew + 1 {
		for _, step := range []int64{stepOf(now) - distance, stepOf(now) + distance} {
			want, err := totp.GenerateCodeCustom(text, time.Unix(step*codePeriod, 0), codeOptions)
			if err != nil {
				return 0, false, fmt.Errorf("identity: compute a code: %w", err)
			}
			if secret.Equal(code, want) {
				return step, true, nil
			}
		}
	}
	return 0, false, nil
}

func abs(n int64) int64 { return max(n, -n) }

func direction(off int64) string {
	if off < 0 {
		return "slow"
	}
	return "fast"
}
