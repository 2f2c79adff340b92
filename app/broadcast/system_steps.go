package broadcast

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/audit"
)

// accountWorks reports whether the campaign's account may send at all.
func (s *Service) accountWorks(ctx context.Context, c Campaign) (works bool, err error) {
	err = s.Store.SystemRead(ctx, "whether a campaign's account may send", func(_ context.Context, tx *gorm.DB) error {
		var n int64
		err := tx.Raw("SELECT count(*) FROM accounts WHERE account_id = ? AND state = 'active'", c.AccountID).Scan(&n).Error
		works = n == 1
		return err
	})
	if err != nil {
		return false, fmt.Errorf("broadcast: account: %w", err)
	}
	return works, nil
}

// begin makes a scheduled campaign one whose audience is being frozen.
func (s *Service) begin(ctx context.Context, c *Campaign) error {
	now := s.Store.Now()
	err := s.step(ctx, *c, "begin a campaign", func(_ context.Context, tx *gorm.DB) error {
		if err := s.comesFirst(tx, *c); err != nil {
			return err
		}
		return s.update(tx, *c, "state = ?, started_at = ?, settled = ?", Freezing, now, true)
	})
	if err != nil {
		return err
	}
	c.State, c.StartedAt, c.Settled = Freezing, &now, true
	return nil
}

// stop makes a campaign wait for a person. A scheduled one stays so and asks; what is
// handed over of another is held.
func (s *Service) stop(ctx context.Context, c Campaign, why stopped) error {
	return s.Store.SystemWrite(context.WithoutCancel(ctx), "stop a campaign that cannot go on", func(ctx context.Context, tx *gorm.DB) error {
		var err error
		if c.State == Scheduled && why.asks != Nothing {
			err = s.update(tx, c, "asks = ?, reason = ?, next_at = NULL, lease_owner = '', lease_until = NULL", why.asks, why.reason)
		} else {
			err = s.update(tx, c, "state = ?, asks = ?, reason = ?, settled = ?, next_at = ?, lease_owner = '', lease_until = NULL", Paused, why.asks, why.reason, false, s.Store.Now())
		}
		if err != nil {
			return err
		}
		return s.audit.System(ctx, c.AccountID, audit.Entry{Action: "campaign.stopped", Object: audit.Object{ID: c.ID, Name: c.Name}, After: audit.Values{"reason": why.reason}})
	})
}
