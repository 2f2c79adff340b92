package domain

import (
	"context"
	"errors"
	"fmt"
	"time"

	"smtpserver/app/account"
	"smtpserver/app/clock"
	"smtpserver/app/id"
	"smtpserver/app/mail/dkim"
	"smtpserver/app/memo"
)

// Staleness bounds how long the directory remembers an answer: with it, a change
// of a domain or a key counts everywhere within 5 s.
const Staleness = 4 * time.Second

const (
	rememberedNames = 50_000
	rememberedKeys  = 10_000
)

// Directory answers what submission and delivery ask for each message, from memory
// where it can. Safe for concurrent use.
type Directory struct {
	service  *Service
	sendable *memo.Memo[nameKey, Domain]
	signing  *memo.Memo[ref, signingRow]
	signers  *memo.Memo[id.ID, *dkim.Signer] // by key, which never changes
}

type nameKey struct {
	account id.ID
	name    string
}

type ref struct{ account, domain id.ID }

// NewDirectory returns a directory. The clock ages what it remembers; nil means the
// system's.
func NewDirectory(s *Service, c clock.Clock) *Directory {
	if c == nil {
		c = clock.System
	}
	return &Directory{
		service:  s,
		sendable: memo.New[nameKey, Domain](c, Staleness, rememberedNames),
		signing:  memo.New[ref, signingRow](c, Staleness, rememberedKeys),
		signers:  memo.New[id.ID, *dkim.Signer](c, 24*time.Hour, rememberedKeys),
	}
}

// Sendable is [Service.Sendable], remembered. Refusals are not: who has just proven
// a domain can send at once.
func (d *Directory) Sendable(ctx context.Context, scope account.Scope, from string) (Domain, error) {
	return d.sendable.Get(nameKey{scope.AccountID(), from}, func() (Domain, error) {
		return d.service.Sendable(ctx, scope, from)
	})
}

// SigningKey returns the signer of a domain and its selector. It answers for lost
// domains too: whether their mail may leave is for the queue to say.
func (d *Directory) SigningKey(ctx context.Context, accountID, domainID id.ID) (*dkim.Signer, string, error) {
	row, err := d.signing.Get(ref{accountID, domainID}, func() (signingRow, error) {
		return d.service.signingKeyOf(ctx, accountID, domainID)
	})
	if err != nil {
		return nil, "", err
	}
	signer, err := d.signers.Get(row.KeyID, func() (*dkim.Signer, error) {
		return d.service.openSigner(ctx, accountID, row)
	})
	return signer, row.Selector, err
}

// openSigner opens the sealed key, once for each key and process.
func (s *Service) openSigner(ctx context.Context, accountID id.ID, r signingRow) (*dkim.Signer, error) {
	k, err := s.sealedKey(ctx, accountID, r.KeyID)
	if err != nil {
		return nil, err
	}
	plain, err := s.box.Open(k.purpose(), k.PrivateKey)
	if err != nil {
		return nil, fmt.Errorf("domain: signing key: %w", err)
	}
	key, err := dkim.ParseKey(plain)
	if err != nil {
		return nil, errors.New("domain: signing key: what was sealed is no key") // the cause could print key material
	}
	return dkim.NewSigner(r.Name, k.Selector, key)
}
