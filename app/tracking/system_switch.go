package tracking

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/id"
)

// proven is the condition that a domain's link host leads here.
const proven = `d.state IN ('verified', 'warning') AND EXISTS (SELECT 1 FROM domain_records r
	WHERE r.account_id = d.account_id AND r.domain_id = d.domain_id AND r.purpose = 'tracking' AND r.verdict = 'good')`

// load reads what holds for the mail of a domain: system, because mail of any account asks.
func (s *Switches) load(ctx context.Context, accountID, domainID id.ID) (set setting, err error) {
	var rows []switchRow
	err = s.Store.SystemRead(ctx, "what is tracked in the mail of a domain", func(_ context.Context, tx *gorm.DB) error {
		if err := tx.Raw("SELECT * FROM tracking_switches WHERE account_id = ? AND domain_id IN ('', ?)", accountID, domainID).Scan(&rows).Error; err != nil {
			return err
		}
		if !s.LinkHosts {
			return nil
		}
		return tx.Raw("SELECT d.tracking_host FROM domains d WHERE d.account_id = ? AND d.domain_id = ? AND "+proven, accountID, domainID).Scan(&set.host).Error
	})
	if err != nil {
		return set, fmt.Errorf("tracking: setting: %w", err)
	}
	set.account, set.domain = choicesOf(rows, ""), choicesOf(rows, domainID)
	return set, nil
}

func (s *Switches) knowsHost(ctx context.Context, host string) (known bool, err error) {
	err = s.Store.SystemRead(ctx, "whether a host is one of the customers' link hosts", func(_ context.Context, tx *gorm.DB) error {
		var n int64
		err := tx.Raw("SELECT COUNT(*) FROM domains d WHERE d.tracking_host = ? AND "+proven, host).Scan(&n).Error
		known = n > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("tracking: link host: %w", err)
	}
	return known, nil
}
