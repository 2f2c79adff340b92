package delivery

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/mail/tlspolicy"
)

// policyRow is an Entry as stored.
type policyRow struct {
	Domain, PolicyID, Policy string
	FetchedAt, ExpiresAt     time.Time
}

// Get implements tlspolicy.Cache.
func (p *PolicyStore) Get(ctx context.Context, domain string) (e tlspolicy.Entry, ok bool, err error) {
	var rows []policyRow
	err = p.store.SystemRead(ctx, "find the TLS policy of a recipient domain", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT domain, policy_id, policy, fetched_at, expires_at FROM tls_policies WHERE domain = ?", domain).Scan(&rows).Error
	})
	if err != nil || len(rows) == 0 {
		return e, false, err
	}
	r := rows[0]
	return tlspolicy.Entry{Domain: r.Domain, ID: r.PolicyID, Text: r.Policy, Fetched: r.FetchedAt, Expires: r.ExpiresAt}, true, nil
}

// Put implements tlspolicy.Cache.
func (p *PolicyStore) Put(ctx context.Context, e tlspolicy.Entry) error {
	return p.store.SystemWrite(ctx, "keep the TLS policy of a recipient domain", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec(`INSERT INTO tls_policies (domain, policy_id, policy, fetched_at, expires_at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (domain) DO UPDATE SET policy_id = excluded.policy_id, policy = excluded.policy, fetched_at = excluded.fetched_at, expires_at = excluded.expires_at`,
			e.Domain, e.ID, storable(e.Text), e.Fetched, e.Expires).Error
	})
}

// add adds counts to the stored ones, in a fixed order so that two processes do not
// wait for each other.
func (p *PolicyStore) add(ctx context.Context, counted map[resultKey]int64) error {
	keys := make([]resultKey, 0, len(counted))
	for k := range counted {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b resultKey) int {
		return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.domain, b.domain), cmp.Compare(a.kind, b.kind), cmp.Compare(a.host, b.host), cmp.Compare(a.reason, b.reason))
	})
	if len(keys) == 0 {
		return nil
	}
	err := p.store.SystemWrite(ctx, "count results of TLS", func(_ context.Context, tx *gorm.DB) error {
		for _, k := range keys {
			err := tx.Exec(`INSERT INTO tls_results (day, domain, kind, host, reason, sessions) VALUES (?, ?, ?, ?, ?, ?)
				ON CONFLICT (day, domain, kind, host, reason) DO UPDATE SET sessions = tls_results.sessions + excluded.sessions`,
				k.day, k.domain, k.kind, k.host, k.reason, counted[k]).Error
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("delivery: results of TLS: %w", err)
	}
	return nil
}

// Trim forgets policies that ended and results of more than a month ago.
func (p *PolicyStore) Trim(ctx context.Context) error {
	return p.store.SystemWrite(ctx, "forget old TLS policies and results", func(_ context.Context, tx *gorm.DB) error {
		now := p.store.Now()
		if err := tx.Exec("DELETE FROM tls_policies WHERE expires_at <= ?", now).Error; err != nil {
			return err
		}
		return tx.Exec("DELETE FROM tls_results WHERE day < ?", now.AddDate(0, -1, 0).UTC().Format(time.DateOnly)).Error
	})
}
