package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/secret"
	"smtpserver/app/store"
)

// flowKind names a step of signing in that is under way. Its state stays here,
// sealed; the browser holds a token in a cookie and nothing else.
type flowKind string

const (
	secondStep      flowKind = "second_step"      // the first factor was right
	providerRound   flowKind = "provider_round"   // away at a provider: state, nonce, verifier
	completion      flowKind = "completion"       // a provider vouched, the account is still to be named
	passkeyRequest  flowKind = "passkey_request"  // a challenge to sign in with
	passkeyCreation flowKind = "passkey_creation" // a challenge to register with
	passkeyProof    flowKind = "passkey_proof"    // a challenge to prove again who one is
)

// FlowLife is how long a step may take.
const FlowLife = 15 * time.Minute

// begin stores the state of a step and returns the token of its cookie.
func (s *Service) begin(ctx context.Context, kind flowKind, userID id.ID, state any) (string, error) {
	plain, err := json.Marshal(state)
	if err != nil {
		return "", fmt.Errorf("identity: begin a step: %w", err)
	}
	token, now := secret.Token(), s.now()
	r := flowRow{TokenHash: secret.Hash(token), Kind: kind, UserID: userID, CreatedAt: now, ExpiresAt: now.Add(FlowLife)}
	if r.State, err = s.Box.Seal(r.purpose(), plain); err != nil {
		return "", fmt.Errorf("identity: begin a step: %w", err)
	}
	if err := s.insertFlow(ctx, r); err != nil {
		return "", fmt.Errorf("identity: begin a step: %w", err)
	}
	return token, nil
}

// peek reads a step that goes on.
func (s *Service) peek(ctx context.Context, kind flowKind, token string, state any) (id.ID, error) {
	r, err := s.takeFlow(ctx, kind, secret.Hash(token))
	if errors.Is(err, store.ErrNotFound) {
		return "", errStepOver()
	}
	if err != nil {
		return "", fmt.Errorf("identity: read a step: %w", err)
	}
	plain, err := s.Box.Open(r.purpose(), r.State)
	if err != nil {
		return "", fmt.Errorf("identity: read a step: %w", err)
	}
	if err := json.Unmarshal(plain, state); err != nil {
		return "", fmt.Errorf("identity: read a step: %w", err)
	}
	return r.UserID, nil
}

// finish reads a step and ends it: of two at the same time one succeeds.
func (s *Service) finish(ctx context.Context, kind flowKind, token string, state any) (id.ID, error) {
	userID, err := s.peek(ctx, kind, token, state)
	if err != nil {
		return "", err
	}
	if err := s.deleteFlow(ctx, kind, secret.Hash(token)); errors.Is(err, store.ErrNotFound) {
		return "", errStepOver()
	} else if err != nil {
		return "", fmt.Errorf("identity: end a step: %w", err)
	}
	return userID, nil
}

func errStepOver() error {
	return fault.New(fault.NotFound, "This sign-in took too long, or it was finished in another window. Please begin again.")
}
