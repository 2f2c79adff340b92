package identity

import (
	"context"
	"fmt"
	"runtime"

	"github.com/alexedwards/argon2id"
	"golang.org/x/text/unicode/norm"

	"smtpserver/app/fault"
)

// Hasher computes argon2id hashes, a bounded number at a time: each one takes
// 19 MiB, and unbounded sign-ins would be a way to use up the memory.
type Hasher struct {
	params *argon2id.Params
	slots  chan struct{}
	dummy  string
}

// passwordParams are OWASP's minimum for argon2id: 19 MiB, 2 passes, 1 lane.
var passwordParams = argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// NewHasher returns a hasher that uses at most one slot per processor.
func NewHasher() (*Hasher, error) {
	return NewHasherWith(passwordParams, max(2, runtime.GOMAXPROCS(0)))
}

// NewHasherWith returns a hasher with parameters of one's own; tests take cheap ones.
func NewHasherWith(params argon2id.Params, slots int) (*Hasher, error) {
	dummy, err := argon2id.CreateHash("nobody's password", &params)
	if err != nil {
		return nil, fmt.Errorf("identity: prepare the hasher: %w", err)
	}
	return &Hasher{params: &params, slots: make(chan struct{}, slots), dummy: dummy}, nil
}

func (h *Hasher) acquire(ctx context.Context) (release func(), err error) {
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots }, nil
	case <-ctx.Done():
		return nil, fault.Wrap(fault.Unavailable, "Many people are signing in right now. Please try again in a moment.", ctx.Err())
	}
}

// Hash returns the PHC string of a password.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	release, err := h.acquire(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	hash, err := argon2id.CreateHash(normal(password), h.params)
	if err != nil {
		return "", fmt.Errorf("identity: hash a password: %w", err)
	}
	return hash, nil
}

// Check reports whether the password fits the hash, and whether the hash should be
// made anew with today's parameters. With an empty hash it takes as long and says no.
func (h *Hasher) Check(ctx context.Context, password, hash string) (match, stale bool, err error) {
	release, err := h.acquire(ctx)
	if err != nil {
		return false, false, err
	}
	defer release()
	known := hash != "" && hash != noPassword
	if !known {
		hash = h.dummy
	}
	match, params, err := argon2id.CheckHash(normal(password), hash)
	if err != nil {
		return false, false, fmt.Errorf("identity: check a password: %w", err)
	}
	return match && known, *params != *h.params, nil
}

// noPassword stands in the place of a hash for users who sign in another way.
const noPassword = "!"

// normal makes the same password of the same characters, however a keyboard
// composes them (NIST SP 800-63B §5.1.1.2).
func normal(password string) string { return norm.NFKC.String(password) }
