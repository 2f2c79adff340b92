package broadcast

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/store"
)

// repeating finds campaigns that are due to look for new members, of all accounts.
func (s *Service) repeating(ctx context.Context) (due []Campaign, err error) {
	err = s.Store.SystemRead(ctx, "which campaigns are due to look for new members", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT * FROM campaigns WHERE repeat_at IS NOT NULL AND repeat_at <= ? ORDER BY repeat_at LIMIT ?", s.Store.Now(), roundsAtOnce).Scan(&due).Error
	})
	if err != nil {
		return nil, fmt.Errorf("broadcast: repeating: %w", err)
	}
	return due, nil
}

// errAnother means that another campaign of the series writes its audience down first.
var errAnother = errors.New("broadcast: another campaign of the series comes first")

// comesFirst lets one campaign of a series at a time find out who is new, so that nobody is
// new to two of them. The first of the series is the lock.
func (s *Service) comesFirst(tx *gorm.DB, c Campaign) error {
	if c.Follows != FollowsNew {
		return nil
	}
	if s.Store.Engine() == store.Postgres {
		var head string
		if err := tx.Raw("SELECT campaign_id FROM campaigns WHERE account_id = ? AND campaign_id = ? FOR UPDATE", c.AccountID, c.SeriesID).Scan(&head).Error; err != nil {
			return err
		}
	}
	var busy int64
	err := tx.Raw(`SELECT count(*) FROM campaigns WHERE account_id = ? AND series_id = ? AND campaign_id <> ? AND follows = 'new'
		AND frozen_at IS NULL AND started_at IS NOT NULL AND state IN ('freezing', 'paused')`, c.AccountID, c.SeriesID, c.ID).Scan(&busy).Error
	if err == nil && busy > 0 {
		err = errAnother
	}
	return err
}
