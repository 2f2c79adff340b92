package campaign

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/broadcast"
)

// byProvider goes over a campaign's deliveries. The second condition is the index's own.
func (s *Service) byProvider(ctx context.Context, c broadcast.Campaign) (rows []Provider, err error) {
	err = s.store.SystemRead(ctx, "what became of a campaign's mail at each destination", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(`SELECT destination, SUM(CASE WHEN state = 'delivered' THEN 1 ELSE 0 END) AS delivered, SUM(CASE WHEN state IN ('bounced', 'expired') THEN 1 ELSE 0 END) AS failed
			FROM deliveries WHERE account_id = ? AND campaign_id = ? AND campaign_id <> '' GROUP BY destination ORDER BY 2 DESC, destination`, c.AccountID, c.ID).Scan(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("campaign: providers: %w", err)
	}
	return rows, nil
}
