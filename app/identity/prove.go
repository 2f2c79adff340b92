package identity

import (
	"context"

	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// Proofs says by what a user can prove again who they are. With an authenticator app
// the password alone does not do.
type Proofs struct {
	Password bool
	App      bool
	Passkey  bool
	Links    []Link
}

// ProofsOf returns what the user may prove with.
func (s *Service) ProofsOf(ctx context.Context, userID id.ID) (Proofs, error) {
	u, err := s.userByID(ctx, userID)
	if err != nil {
		return Proofs{}, err
	}
	r, ok, err := s.takeAuthenticator(ctx, userID)
	if err != nil {
		return Proofs{}, err
	}
	keys, err := s.listPasskeys(ctx, userID)
	if err != nil {
		return Proofs{}, err
	}
	p := Proofs{App: ok && r.ConfirmedAt != nil, Passkey: len(keys) > 0 && s.passkeys != nil}
	p.Password = !p.App && u.PasswordHash != noPassword
	if !p.App && !p.Password {
		p.Links, err = s.Links(ctx, userID)
	}
	return p, err
}

// Prove checks the password or the code and notes that the person of this session
// has just proven who they are.
func (s *Service) Prove(ctx context.Context, session Session, password, code string, c Client) error {
	proofs, err := s.ProofsOf(ctx, session.UserID)
	if err != nil {
		return err
	}
	switch {
	case proofs.App:
		err = s.proveByCode(ctx, session, code, c)
	case proofs.Password:
		err = s.proveByPassword(ctx, session, password, c)
	default:
		err = fault.New(fault.Conflict, "Prove it with your passkey or your provider.")
	}
	if err != nil {
		return err
	}
	return s.noteProof(ctx, session)
}

// ProveExternal is Prove by an identity that a provider just vouched for.
func (s *Service) ProveExternal(ctx context.Context, session Session, x External) error {
	l, err := s.takeLink(ctx, x.Issuer, x.Subject)
	if err != nil || l.UserID != session.UserID {
		return fault.New(fault.Conflict, "That was another identity than the one linked to you.")
	}
	return s.noteProof(ctx, session)
}

func (s *Service) proveByCode(ctx context.Context, session Session, code string, c Client) error {
	if err := s.countCode(ctx, session.UserID, c); err != nil {
		return err
	}
	ok, err := s.useCode(ctx, session.UserID, code)
	if err != nil {
		return err
	}
	if !ok {
		u, err := s.userByID(ctx, session.UserID)
		if err != nil {
			return err
		}
		return s.failedFactor(ctx, u, c, fault.Field("proof_code", "This code is not right, or it was used already. Wait for the next one."))
	}
	return s.forgiveCode(ctx, session.UserID, c)
}

func (s *Service) proveByPassword(ctx context.Context, session Session, password string, c Client) error {
	u, err := s.userByID(ctx, session.UserID)
	if err != nil {
		return err
	}
	buckets := s.signInBuckets(u.EmailKey, c)
	if err := buckets.hit(ctx, s.Limiter); err != nil {
		return err
	}
	match, _, err := s.Hasher.Check(ctx, password, u.PasswordHash)
	if err != nil {
		return err
	}
	if !match {
		return fault.Field("proof_password", "This is not your password.")
	}
	return buckets.forgive(ctx, s.Limiter)
}

func (s *Service) noteProof(ctx context.Context, session Session) error {
	return asIs("note a proof", s.changeSession(ctx, session.Hash, map[string]any{"proven_at": s.now()}))
}

// HasPassword reports whether the user can sign in with a password.
func (s *Service) HasPassword(ctx context.Context, userID id.ID) (bool, error) {
	u, err := s.userByID(ctx, userID)
	return u.PasswordHash != noPassword, err
}
