package domain

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/mail/address"
)

// Sendable returns the account's proven domain that covers a From or MAIL FROM
// domain: the name itself or a parent of it. The most specific claim of any account
// decides, so that the holder of a parent cannot send as a sub-domain that another
// account has proven. Forbidden says the same of a stranger's domain and of nobody's.
//
// It crosses accounts because claims do. Ask [Directory.Sendable] on hot paths.
func (s *Service) Sendable(ctx context.Context, scope account.Scope, from string) (Domain, error) {
	accountID, err := scope.Account()
	if err != nil {
		return Domain{}, fault.Wrap(fault.Internal, "", err)
	}
	names := s.coveringNames(from)
	var claims []holding
	var own []row
	err = s.store.SystemRead(ctx, "find whose proven domain covers a From domain", func(_ context.Context, tx *gorm.DB) error {
		if len(names) == 0 {
			return nil
		}
		if err := tx.Raw(sendableClaims, names).Scan(&claims).Error; err != nil || len(claims) == 1 && claims[0].Holder != accountID {
			return err
		}
		return tx.Where("account_id = ? AND name IN ?", accountID, names).Find(&own).Error
	})
	if err != nil {
		return Domain{}, fmt.Errorf("domain: sendable: %w", err)
	}
	return decide(names, claims, own)
}

// sendableClaims finds the most specific name whose holder may send: of names that
// are suffixes of one another, the longest.
const sendableClaims = `SELECT c.holder, c.domain_id FROM domain_claims c
	JOIN domains d ON d.account_id = c.holder AND d.domain_id = c.domain_id
	WHERE c.name IN ? AND d.state IN ('verified', 'warning')
	ORDER BY length(c.name) DESC LIMIT 1`

// decide picks the account's row that the deciding claim names, or tells why not.
func decide(names []string, claims []holding, own []row) (Domain, error) {
	byName := map[string]row{}
	for _, r := range own {
		if len(claims) == 1 && claims[0].DomainID == r.DomainID {
			return r.domain(), nil
		}
		byName[r.Name] = r
	}
	for _, name := range names {
		switch r, ok := byName[name]; {
		case ok && r.State == Pending:
			return Domain{}, fault.Newf(fault.Forbidden, "The domain %s is not proven yet: its DNS records are still to be published.", name)
		case ok:
			return Domain{}, fault.Newf(fault.Forbidden, "The domain %s lost its proof: a required DNS record was wrong for more than 24 hours.", name)
		}
	}
	return Domain{}, fault.New(fault.Forbidden, "The sender's domain is not a proven domain of this account.")
}

// coveringNames normalises what a client gave; none covers what is no domain name.
func (s *Service) coveringNames(from string) []string {
	if name, err := address.ParseDomain(from); err == nil {
		return covering(name)
	}
	if from == s.hostname { // may be a single label, such as localhost
		return []string{from}
	}
	return nil
}

// signingRow names the key that signs for a domain.
type signingRow struct {
	KeyID    id.ID
	Selector string
	Name     string // of the domain: d=
}

func (s *Service) signingKeyOf(ctx context.Context, accountID, domainID id.ID) (r signingRow, err error) {
	err = s.store.SystemRead(ctx, "find the key that signs for a domain", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(`SELECT k.key_id, k.selector, d.name FROM dkim_keys k JOIN domains d ON d.account_id = k.account_id AND d.domain_id = k.domain_id
			WHERE k.account_id = ? AND k.domain_id = ? AND k.state = 'active' LIMIT 1`, accountID, domainID).Scan(&r).Error
	})
	switch {
	case err != nil:
		return r, fmt.Errorf("domain: signing key: %w", err)
	case r.KeyID.IsZero():
		return r, notFound()
	}
	return r, nil
}

func (s *Service) sealedKey(ctx context.Context, accountID, keyID id.ID) (k dkimKey, err error) {
	err = s.store.SystemRead(ctx, "open the key that signs for a domain", func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("account_id = ? AND key_id = ?", accountID, keyID).Take(&k).Error
	})
	if err != nil {
		return k, fmt.Errorf("domain: signing key: %w", err)
	}
	return k, nil
}
