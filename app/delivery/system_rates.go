package delivery

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/limit"
	"smtpserver/app/store"
)

// ratedAccounts tells which accounts have a rate.
func (q *queue) ratedAccounts(ctx context.Context) (map[id.ID]bool, error) {
	q.rated.mu.Lock()
	defer q.rated.mu.Unlock()
	if now := q.store.Now(); q.rated.accounts == nil || now.Sub(q.rated.at) >= rateTime || now.Before(q.rated.at) {
		var ids []id.ID
		err := q.store.SystemRead(ctx, "find accounts that have a rate", func(_ context.Context, tx *gorm.DB) error {
			return tx.Raw("SELECT account_id FROM sending_rates UNION SELECT account_id FROM sending_guards WHERE per_minute > 0").Scan(&ids).Error
		})
		if err != nil {
			return nil, fmt.Errorf("delivery: accounts with a rate: %w", err)
		}
		q.rated.accounts, q.rated.at = make(map[id.ID]bool, len(ids)), now
		for _, account := range ids {
			q.rated.accounts[account] = true
		}
	}
	return q.rated.accounts, nil
}

// limitedAmong lists those of the accounts that have a rate.
func (q *queue) limitedAmong(ctx context.Context, sharers []sharer) (accounts []id.ID, err error) {
	known, err := q.ratedAccounts(ctx)
	for _, s := range sharers {
		if known[s.account] {
			accounts = append(accounts, s.account)
		}
	}
	return accounts, err
}

// lockRates reads the rates of accounts for the rest of the transaction, always in one
// order, so that workers wait for each other and never in a circle.
func (q *queue) lockRates(tx *gorm.DB, accounts []id.ID) (map[id.ID]*rates, error) {
	if len(accounts) == 0 {
		return nil, nil
	}
	sql := "SELECT * FROM sending_rates WHERE account_id IN ? ORDER BY account_id, kind, subject"
	if q.store.Engine() == store.Postgres {
		sql += " FOR UPDATE"
	}
	var rows []*limit.SendingRate
	if err := tx.Raw(sql, accounts).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("delivery: rates: %w", err)
	}
	guards, err := q.lockGuards(tx, accounts)
	if err != nil {
		return nil, err
	}
	found := map[id.ID]*rates{}
	for _, r := range append(rows, guards...) {
		if found[r.AccountID] == nil {
			found[r.AccountID] = &rates{}
		}
		found[r.AccountID].rows = append(found[r.AccountID].rows, r)
	}
	return found, nil
}

// storeRates writes from when on the next deliveries may leave.
func storeRates(tx *gorm.DB, all map[id.ID]*rates) error {
	for _, r := range all {
		for _, row := range r.rows {
			sql, which := "UPDATE sending_rates SET free_at = ? WHERE account_id = ? AND kind = ? AND subject = ?", string(row.Kind)
			if row.Guard != "" {
				sql, which = "UPDATE sending_guards SET free_at = ? WHERE account_id = ? AND cause = ? AND stream = ?", row.Guard
			}
			err := tx.Exec(sql, row.FreeAt, row.AccountID, which, row.Subject).Error
			if err != nil {
				return fmt.Errorf("delivery: rates: %w", err)
			}
		}
	}
	return nil
}
