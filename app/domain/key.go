package domain

import (
	"context"
	"fmt"

	"smtpserver/app/id"
	"smtpserver/app/mail/dkim"
	"smtpserver/app/secret"
)

// newSelector names the nth key of a domain. The random end keeps two accounts that
// add the same domain from asking for one record with two values.
func newSelector(n int) string { return fmt.Sprintf("ss%d-%s", n, secret.Token()[:4]) }

// nextSelector continues after the keys that were.
func nextSelector(keys []dkimKey) string { return newSelector(len(keys) + 1) }

// newKeyPair makes the active and the standby key of a new domain.
func (s *Service) newKeyPair(ctx context.Context, accountID, domainID id.ID) ([]dkimKey, error) {
	var keys []dkimKey
	for i, state := range []keyState{keyActive, keyStandby} {
		k, err := s.newKey(ctx, accountID, domainID, state, newSelector(i+1))
		if err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	return keys, nil
}

// newKey makes and seals a key. It takes up to a second of a processor, so it runs
// outside of transactions, and never many at once.
func (s *Service) newKey(ctx context.Context, accountID, domainID id.ID, state keyState, selector string) (dkimKey, error) {
	select {
	case s.generating <- struct{}{}:
		defer func() { <-s.generating }()
	case <-ctx.Done():
		return dkimKey{}, ctx.Err()
	}
	k := dkimKey{AccountID: accountID, KeyID: id.New(), DomainID: domainID, Selector: selector, State: state, CreatedAt: s.store.Now()}
	private, public, err := dkim.GenerateRSA()
	if err == nil {
		k.PublicKey = public
		k.PrivateKey, err = s.box.Seal(k.purpose(), private)
	}
	if err != nil {
		return dkimKey{}, fmt.Errorf("domain: make a key: %w", err)
	}
	return k, nil
}

// purpose binds the sealed key to its row: in another row it does not open.
func (k dkimKey) purpose() string {
	return fmt.Sprintf("dkim:%s/%s/%s", k.AccountID, k.DomainID, k.KeyID)
}

// Sealed is where the private keys lie.
var Sealed = secret.Place{
	Table: "dkim_keys", Column: "private_key", Row: []string{"account_id", "domain_id", "key_id"},
	Purpose: func(row []string) string {
		return dkimKey{AccountID: id.ID(row[0]), DomainID: id.ID(row[1]), KeyID: id.ID(row[2])}.purpose()
	},
}

// lookUpKey judges the TXT records at a selector.
func lookUpKey(ctx context.Context, r Resolver, want Record) finding {
	texts, err := r.TXT(ctx, want.Name)
	switch {
	case err != nil && !absent(err):
		return unreachable()
	case len(texts) == 0:
		return finding{verdict: Missing, explanation: notThere(want)}
	}
	judged := dkim.CheckRecord(texts, want.public)
	f := finding{verdict: Wrong, explanation: judged.Reason, seen: join(texts)}
	switch judged.Verdict {
	case dkim.Good:
		f.verdict = Good
	case dkim.OtherKey:
		f.explanation += " If you have just changed it, we see the older value at your DNS host; it can take up to 1 h."
	}
	return f
}
