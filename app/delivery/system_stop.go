package delivery

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/message"
)

// stopped lists the accounts, credentials and campaigns that may not send.
func (q *queue) stopped(ctx context.Context) (map[id.ID]bool, error) {
	var ids []id.ID
	err := q.store.SystemRead(ctx, "find who may not send", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(`SELECT account_id FROM accounts WHERE state <> 'active' UNION ALL SELECT credential_id FROM credentials WHERE paused_at IS NOT NULL
			UNION ALL SELECT campaign_id FROM campaigns WHERE state IN ('paused', 'cancelled') AND finished_at IS NULL`).Scan(&ids).Error
	})
	if err != nil {
		return nil, fmt.Errorf("delivery: who is paused: %w", err)
	}
	found := make(map[id.ID]bool, len(ids))
	for _, one := range ids {
		found[one] = true
	}
	return found, nil
}

// unwanted finds which deliveries may not be tried by now.
func (q *queue) unwanted(ctx context.Context, recipients []*message.Delivery) (found map[id.ID]string, err error) {
	err = q.store.SystemRead(ctx, "see whether recipients were suppressed meanwhile", func(_ context.Context, tx *gorm.DB) error {
		found, err = message.Unwanted(tx, recipients)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("delivery: suppressions: %w", err)
	}
	return found, nil
}
