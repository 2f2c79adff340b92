package campaign

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/broadcast"
)

// byVariant goes over what was delivered of a campaign.
const byVariant = `
SELECT r.variant, COUNT(*) AS delivered,
	SUM(CASE WHEN EXISTS (SELECT 1 FROM visits o WHERE o.account_id = r.account_id AND o.message_id = r.message_id AND o.kind = 'open' AND o.human > 0) THEN 1 ELSE 0 END) AS opens,
	SUM(CASE WHEN EXISTS (SELECT 1 FROM visits k WHERE k.account_id = r.account_id AND k.message_id = r.message_id AND k.kind = 'click' AND k.human > 0) THEN 1 ELSE 0 END) AS clicks,
	SUM(CASE WHEN EXISTS (SELECT 1 FROM events e WHERE e.account_id = r.account_id AND e.message_id = r.message_id AND e.kind = 'unsubscribed') THEN 1 ELSE 0 END) AS gone
FROM campaign_recipients r
JOIN deliveries d ON d.account_id = r.account_id AND d.message_id = r.message_id AND d.state = 'delivered'
WHERE r.account_id = ? AND r.campaign_id = ? AND r.message_id <> ''
GROUP BY r.variant`

func (s *Service) variants(ctx context.Context, c broadcast.Campaign) ([]broadcast.Result, error) {
	var rows []struct {
		Variant                        int
		Delivered, Opens, Clicks, Gone int64
	}
	err := s.store.SystemRead(ctx, "how the variants of a campaign did", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(byVariant, c.AccountID, c.ID).Scan(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("campaign: results: %w", err)
	}
	results := make([]broadcast.Result, len(c.Content))
	for _, r := range rows {
		if r.Variant >= 0 && r.Variant < len(results) {
			results[r.Variant] = broadcast.Result{Delivered: r.Delivered, Opens: r.Opens, Clicks: r.Clicks, Left: r.Gone}
		}
	}
	return results, nil
}
