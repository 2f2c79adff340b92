package identity

import (
	"context"
	"errors"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/limit"
	"smtpserver/app/store"
)

// BeginPasskeySignIn returns the options of a challenge. Between the factors it is for
// the passkeys of that user; with an empty second token it is for whichever passkey the
// person chooses, and then the device must know the person (a PIN or a fingerprint).
func (s *Service) BeginPasskeySignIn(ctx context.Context, second string, c Client) (options []byte, token string, err error) {
	if s.passkeys == nil {
		return nil, "", errNoPasskeys()
	}
	d, err := s.Limiter.Hit(ctx, "provider_network:"+limit.Network(c.IP), s.Limits.RoundsPerNetwork, time.Minute)
	if err != nil {
		return nil, "", err
	}
	if err := d.Err("That was tried too often. Please wait a minute and try again."); err != nil {
		return nil, "", err
	}
	if second != "" {
		u, err := s.between(ctx, second)
		if err != nil {
			return nil, "", err
		}
		return s.challenge(ctx, passkeyRequest, u.UserID)
	}
	assertion, session, err := s.passkeys.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, "", asIs("begin a sign-in by passkey", err)
	}
	return s.holdCeremony(ctx, passkeyRequest, "", assertion, session)
}

// BeginPasskeyProof is a challenge for a person who is signed in.
func (s *Service) BeginPasskeyProof(ctx context.Context, userID id.ID) (options []byte, token string, err error) {
	if s.passkeys == nil {
		return nil, "", errNoPasskeys()
	}
	return s.challenge(ctx, passkeyProof, userID)
}

func (s *Service) challenge(ctx context.Context, kind flowKind, userID id.ID) ([]byte, string, error) {
	h, err := s.holder(ctx, userID)
	if err != nil {
		return nil, "", err
	}
	if len(h.keys) == 0 {
		return nil, "", fault.New(fault.Conflict, "There is no passkey to ask for.")
	}
	assertion, session, err := s.passkeys.BeginLogin(h, webauthn.WithUserVerification(protocol.VerificationPreferred))
	if err != nil {
		return nil, "", asIs("begin a challenge", err)
	}
	return s.holdCeremony(ctx, kind, userID, assertion, session)
}

// PasskeyAnswer is what the browser brings back.
type PasskeyAnswer struct {
	Token    string // of the challenge
	Second   string // of the second step; "" when the passkey is the sole proof
	Response []byte // JSON
	Client   Client
	Replaces string
	Office   bool // see SignInForm
}

// FinishPasskeySignIn checks the signature and opens a session with two factors: the
// password and the key, or the key and what unlocked it.
func (s *Service) FinishPasskeySignIn(ctx context.Context, a PasskeyAnswer) (SignedIn, error) {
	if s.passkeys == nil {
		return SignedIn{}, errNoPasskeys()
	}
	var challenge webauthn.SessionData
	userID, err := s.finish(ctx, passkeyRequest, a.Token, &challenge)
	if err != nil {
		return SignedIn{}, err
	}
	var first userRow // who is between the factors; nobody when the passkey is the sole proof
	if userID != "" {
		if first, err = s.between(ctx, a.Second); err != nil {
			return SignedIn{}, err
		}
		if first.UserID != userID {
			return SignedIn{}, errStepOver()
		}
	}
	var in SignedIn
	err = s.inTx(ctx, func(ctx context.Context) error {
		u, err := s.checkSignature(ctx, userID, challenge, a.Response)
		if err != nil {
			return err
		}
		if userID == "" && u.Staff != a.Office {
			return errUnknownPasskey() // at the wrong door no key is known
		}
		if userID != "" {
			if _, err := s.finish(ctx, secondStep, a.Second, &secondState{}); err != nil {
				return err
			}
		}
		in, err = s.admit(ctx, u, a.Client, a.Replaces, true)
		return err
	})
	if userID != "" && (fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict)) {
		return in, s.failedFactor(ctx, first, a.Client, err)
	}
	return in, asIs("sign in by passkey", err)
}

// FinishPasskeyProof checks the signature of a person who is signed in.
func (s *Service) FinishPasskeyProof(ctx context.Context, session Session, token string, response []byte) error {
	if s.passkeys == nil {
		return errNoPasskeys()
	}
	var challenge webauthn.SessionData
	userID, err := s.finish(ctx, passkeyProof, token, &challenge)
	if err != nil {
		return err
	}
	if userID != session.UserID {
		return errStepOver()
	}
	err = s.inTx(ctx, func(ctx context.Context) error {
		if _, err := s.checkSignature(ctx, userID, challenge, response); err != nil {
			return err
		}
		return s.noteProof(ctx, session)
	})
	return asIs("prove by passkey", err)
}

// checkSignature verifies an assertion (WebAuthn §7.2) and notes the key's use. A
// counter that did not grow means that a copy of the key signs somewhere: refused.
func (s *Service) checkSignature(ctx context.Context, userID id.ID, challenge webauthn.SessionData, response []byte) (userRow, error) {
	parsed, err := protocol.ParseCredentialRequestResponseBytes(response)
	if err != nil {
		return userRow{}, errBadPasskey(err)
	}
	row, err := s.takePasskey(ctx, credentialName(parsed.RawID))
	if errors.Is(err, store.ErrNotFound) {
		return userRow{}, errUnknownPasskey()
	}
	if err != nil {
		return userRow{}, err
	}
	h, err := s.holder(ctx, row.UserID)
	if err != nil {
		return userRow{}, err
	}
	var key *webauthn.Credential
	if userID == "" {
		key, err = s.passkeys.ValidateDiscoverableLogin(func(_, handle []byte) (webauthn.User, error) {
			if string(handle) != row.UserID.String() {
				return nil, errUnknownPasskey()
			}
			return h, nil
		}, challenge, parsed)
	} else {
		if row.UserID != userID {
			return userRow{}, errUnknownPasskey()
		}
		key, err = s.passkeys.ValidateLogin(h, challenge, parsed)
	}
	if err != nil {
		return userRow{}, errBadPasskey(err)
	}
	if key.Authenticator.CloneWarning {
		s.Log.Warn("a passkey seems to have been copied", "user", row.UserID, "passkey", row.PasskeyID)
		return userRow{}, fault.New(fault.Conflict, "This passkey seems to have been copied, so it was refused. Sign in another way, remove it and add a new one.")
	}
	sealed, err := s.sealPasskey(row.PasskeyID, key)
	if err != nil {
		return userRow{}, err
	}
	return h.user, s.notePasskeyUse(ctx, row.PasskeyID, sealed)
}

func errUnknownPasskey() error {
	return fault.New(fault.Invalid, "This passkey is not known here. It may have been removed from the account.")
}
