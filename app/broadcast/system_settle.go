package broadcast

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/message"
)

// busyTime is how long what is being tried at the moment is left to come to its end.
const busyTime = 2 * time.Second

// Who holds, releases and cancels, in the words of package message.
const (
	byPause  = "the pause of its campaign"
	byResume = "its campaign going on"
	byCancel = "the end of its campaign"
)

// settle makes what waits in the queue be as the campaign's state says: held while it is
// paused, released when it goes on, cancelled when it is. It returns when to look again;
// zero when all of it is.
func (s *Service) settle(ctx context.Context, c *Campaign) (again time.Time, err error) {
	op, by := message.Hold, byPause
	switch c.State {
	case Sending:
		op, by = message.Release, byResume
	case Cancelled:
		op, by = message.Cancel, byCancel
	}
	for !c.Settled {
		if err := ctx.Err(); err != nil {
			return again, err
		}
		var done message.Done
		err := s.step(ctx, *c, "settle what a campaign has in the queue", func(ctx context.Context, tx *gorm.DB) (err error) {
			done, err = message.OperateOnCampaign(ctx, s.Store, op, c.AccountID, c.ID, by)
			if err != nil || done.More || done.Busy > 0 {
				return err
			}
			return s.update(tx, *c, "settled = ?", true)
		})
		switch {
		case err != nil:
			return again, err
		case done.Busy > 0 && !done.More:
			return s.Store.Now().Add(busyTime), nil
		}
		c.Settled = !done.More
	}
	return again, nil
}

// windUp skips who still waits of a cancelled campaign, cancels what is in the queue, and
// ends it.
func (s *Service) windUp(ctx context.Context, c *Campaign) (again time.Time, err error) {
	for skipped := int64(1); skipped > 0; {
		if err := ctx.Err(); err != nil {
			return again, err
		}
		err := s.step(ctx, *c, "skip who waits of a cancelled campaign", func(_ context.Context, tx *gorm.DB) (err error) {
			skipped, err = skipWaiting(tx, *c)
			return err
		})
		if err != nil {
			return again, err
		}
	}
	if again, err = s.settle(ctx, c); err != nil || !c.Settled {
		return again, err
	}
	return again, s.step(ctx, *c, "end a cancelled campaign", func(_ context.Context, tx *gorm.DB) error {
		return s.update(tx, *c, "finished_at = ?, next_at = NULL", s.Store.Now())
	})
}

// skipAtOnce bounds one transaction.
const skipAtOnce = 2_000

// skipWaiting marks the next rows that wait as skipped.
func skipWaiting(tx *gorm.DB, c Campaign) (int64, error) {
	done := tx.Exec(`UPDATE campaign_recipients SET excluded = 'skipped', why = 'The campaign was cancelled before they got it.'
		WHERE account_id = ? AND campaign_id = ? AND number IN (SELECT number FROM campaign_recipients
			WHERE account_id = ? AND campaign_id = ? AND `+isWaiting+` ORDER BY zone, number LIMIT ?)`, c.AccountID, c.ID, c.AccountID, c.ID, skipAtOnce)
	if done.Error != nil {
		return 0, fmt.Errorf("broadcast: skip: %w", done.Error)
	}
	return done.RowsAffected, addTotals(tx, c, totals{Waiting: -done.RowsAffected, Skipped: done.RowsAffected})
}

// isWaiting is the condition of the index of who waits, word for word.
const isWaiting = "excluded = '' AND message_id = ''"
