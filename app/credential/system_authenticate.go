package credential

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"gorm.io/gorm"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/secret"
	"smtpserver/app/store"
)

// Authenticated says who signed in and what the credential allows.
type Authenticated struct {
	AccountID    id.ID
	CredentialID id.ID
	Name         string
	DomainID     id.ID  // zero: every proven domain
	Stream       string // "": the message chooses
}

// holder is a live credential with the state of its account.
type holder struct {
	Credential
	accountState string
}

func (h holder) key() key { return key{h.AccountID, h.ID} }

// Authenticate finds the credential of a user name and secret. It crosses accounts
// because nobody is signed in yet; the caller mints a Scope from what it returns.
//
// Unknown, wrong and revoked give the same Unauthorized. Who holds the right
// secret is told more (Forbidden): a network that is not allowed, a pause.
func (s *Service) Authenticate(ctx context.Context, username, plain string, ip netip.Addr) (Authenticated, error) {
	if !strings.HasPrefix(plain, Prefix) {
		return Authenticated{}, unauthorized()
	}
	hash := secret.Hash(plain)
	h, err := s.bySecret.Get(hash, func() (holder, error) { return s.findBySecret(ctx, hash) })
	if err != nil {
		return Authenticated{}, err
	}
	switch {
	case !secret.Equal(h.Name, username):
		return Authenticated{}, unauthorized()
	case !h.Networks.Allow(ip):
		return Authenticated{}, fault.New(fault.Forbidden, "This credential may not be used from your network address.")
	case h.PausedAt != nil:
		return Authenticated{}, fault.New(fault.Forbidden, "This credential is paused; its page tells since when.")
	case h.accountState != "active":
		return Authenticated{}, fault.New(fault.Forbidden, "Sending is stopped for this account; its pages tell why.")
	}
	s.noteUse(h.key(), ip)
	return Authenticated{AccountID: h.AccountID, CredentialID: h.ID, Name: h.Name, DomainID: h.DomainID, Stream: h.Stream}, nil
}

// Valid reports whether an open session may go on: the credential is neither
// revoked nor paused, and its account is active. Ask it before each message; it is cheap.
func (s *Service) Valid(ctx context.Context, accountID, credentialID id.ID) (bool, error) {
	return s.valid.Get(key{accountID, credentialID}, func() (bool, error) {
		var n int64
		err := s.store.SystemRead(ctx, "may an open SMTP session go on", func(_ context.Context, tx *gorm.DB) error {
			return tx.Raw(`SELECT count(*) FROM credentials c JOIN accounts a ON a.account_id = c.account_id
				WHERE c.account_id = ? AND c.credential_id = ? AND c.revoked_at IS NULL AND c.paused_at IS NULL AND a.state = 'active'`,
				accountID, credentialID).Scan(&n).Error
		})
		if err != nil {
			return false, fmt.Errorf("credential: valid: %w", err)
		}
		return n == 1, nil
	})
}

func (s *Service) findBySecret(ctx context.Context, hash string) (holder, error) {
	var r row
	var state string
	err := s.store.SystemRead(ctx, "find the credential that signs in", func(_ context.Context, tx *gorm.DB) error {
		if err := tx.Where("secret_hash = ? AND revoked_at IS NULL", hash).Take(&r).Error; err != nil {
			return err
		}
		return tx.Raw("SELECT state FROM accounts WHERE account_id = ?", r.AccountID).Scan(&state).Error
	})
	switch {
	case errors.Is(err, store.ErrNotFound):
		return holder{}, unauthorized()
	case err != nil:
		return holder{}, fmt.Errorf("credential: authenticate: %w", err)
	}
	c, err := r.credential()
	return holder{Credential: c, accountState: state}, err
}

func unauthorized() error {
	return fault.New(fault.Unauthorized, "The user name or password is wrong.")
}
