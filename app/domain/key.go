package domain

import (
	"context"
	"fmt"
	"strings"

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
	private, public, err := dkim.GenerateKey()
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

// lookUpKey judges the TXT records at a selector.
func lookUpKey(ctx context.Context, r Resolver, want Record) finding {
	texts, err := r.TXT(ctx, want.Name)
	switch {
	case err != nil && !absent(err):
		return unreachable()
	case len(texts) == 0:
		return finding{verdict: Missing, explanation: notThere(want)}
	case len(texts) > 1:
		return finding{verdict: Wrong, seen: join(texts), explanation: "There are several TXT records at this name, and receivers may pick any. Keep only the one shown here."}
	}
	f := finding{verdict: Wrong, seen: texts[0]}
	verdict := dkim.CheckRecord(texts, want.public)
	switch got := withoutSpace(texts[0]); {
	case strings.Contains(got, ";t=y"), strings.Contains(got, ";t=s:y"):
		// RFC 6376 §3.6.1: mail signed with a key in test mode counts as unsigned.
		f.explanation = "t=y marks the key as a test, and receivers then ignore the signature. Remove t=y."
	case verdict == dkim.Good:
		f.verdict, f.explanation = Good, "Found."
	case len(got) > len("v=DKIM1;k=rsa;p=") && strings.HasPrefix(withoutSpace(want.Value), got):
		f.explanation = "The value is cut off. Some DNS hosts take at most 255 characters at once: paste it again as two quoted parts, as the zone file shows."
	case verdict == dkim.OtherKey:
		f.explanation = "There is another key at this name. If you have just changed it, we see the older value at your DNS host; it can take up to 1 h."
	case verdict == dkim.Revoked:
		f.explanation = "The record says that the key is revoked (an empty p=). Copy the whole value again."
	default:
		f.explanation = "There is a TXT record at this name, but it is no DKIM key that receivers can use. Copy the whole value, beginning with v=DKIM1."
	}
	return f
}

func withoutSpace(text string) string { return strings.Join(strings.Fields(text), "") }
