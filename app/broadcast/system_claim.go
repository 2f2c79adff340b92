package broadcast

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/store"
)

// leaseTime is how long a claimed campaign is left alone without a sign of life. What a
// killed worker held is taken up within it.
const leaseTime = 20 * time.Second

// errLost means that another worker holds the campaign, or that a person paused, cancelled
// or changed it: nothing of the step was stored.
var errLost = errors.New("broadcast: the claim is lost")

// claim takes the lease of the campaign that waits longest to be looked at. The update
// decides between two workers; the fence that it raises shuts out whoever held it before.
func (s *Service) claim(ctx context.Context) (c Campaign, found bool, err error) {
	err = s.Store.SystemWrite(ctx, "claim a campaign", func(_ context.Context, tx *gorm.DB) error {
		found = false
		now := s.Store.Now()
		var due []Campaign
		err := tx.Raw(`SELECT * FROM campaigns WHERE next_at IS NOT NULL AND next_at <= ? AND (lease_until IS NULL OR lease_until < ?)
			ORDER BY next_at LIMIT 5 `+s.skipLocked(), now, now).Scan(&due).Error
		if err != nil {
			return err
		}
		for _, c = range due {
			done := tx.Exec(`UPDATE campaigns SET lease_owner = ?, lease_until = ?, fence = fence + 1
				WHERE account_id = ? AND campaign_id = ? AND fence = ? AND state = ? AND (lease_until IS NULL OR lease_until < ?)`,
				s.owner, now.Add(leaseTime), c.AccountID, c.ID, c.Fence, c.State, now)
			if done.Error != nil {
				return done.Error
			}
			if done.RowsAffected == 1 {
				c.Fence++
				found = true
				return nil
			}
		}
		return nil
	})
	if err != nil {
		return c, false, fmt.Errorf("broadcast: claim: %w", err)
	}
	return c, found, nil
}

// skipLocked leaves out what another worker is just storing something of, rather than wait.
func (s *Service) skipLocked() string {
	if s.Store.Engine() == store.Postgres {
		return "FOR UPDATE SKIP LOCKED"
	}
	return ""
}

// Recover frees the claims of processes that are gone. Call it before the first Sweep,
// and only where no other process works on the same database.
func (s *Service) Recover(ctx context.Context) error {
	err := s.Store.SystemWrite(ctx, "free the claims of a killed process", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec("UPDATE campaigns SET lease_owner = '', lease_until = NULL, fence = fence + 1 WHERE lease_owner <> ''").Error
	})
	if err != nil {
		return fmt.Errorf("broadcast: recover: %w", err)
	}
	return nil
}

// step does a part of the work in one transaction that begins by holding the claim: the
// campaign's row stays locked until the commit, so that whoever pauses or cancels comes
// before or after it, and a lost claim stores nothing.
func (s *Service) step(ctx context.Context, c Campaign, purpose string, do store.Func) error {
	return s.Store.SystemWrite(ctx, purpose, func(ctx context.Context, tx *gorm.DB) error {
		now := s.Store.Now()
		if err := s.update(tx, c, "lease_until = ?, next_at = ?", now.Add(leaseTime), now); err != nil {
			return err
		}
		return do(ctx, tx)
	})
}

// update changes columns of a campaign that is still ours and in the state in which we know it.
func (s *Service) update(tx *gorm.DB, c Campaign, set string, values ...any) error {
	done := tx.Exec("UPDATE campaigns SET "+set+" WHERE account_id = ? AND campaign_id = ? AND fence = ? AND lease_owner = ? AND state = ?",
		append(values, c.AccountID, c.ID, c.Fence, s.owner, c.State)...)
	if done.Error != nil {
		return fmt.Errorf("broadcast: hold: %w", done.Error)
	}
	if done.RowsAffected != 1 {
		return errLost
	}
	return nil
}

// release gives the claim back. next is when to look again; zero: when somebody says so.
// Who has changed the campaign meanwhile has said so already.
func (s *Service) release(ctx context.Context, c Campaign, next time.Time) error {
	return s.Store.SystemWrite(ctx, "give a campaign back", func(_ context.Context, tx *gorm.DB) error {
		const mine = " WHERE account_id = ? AND campaign_id = ? AND fence = ? AND lease_owner = ?"
		var at any
		if !next.IsZero() {
			at = next
		}
		done := tx.Exec("UPDATE campaigns SET lease_owner = '', lease_until = NULL, next_at = ?"+mine+" AND state = ? AND revision = ?",
			at, c.AccountID, c.ID, c.Fence, s.owner, c.State, c.Revision)
		if done.Error == nil && done.RowsAffected == 0 {
			done = tx.Exec("UPDATE campaigns SET lease_owner = '', lease_until = NULL"+mine, c.AccountID, c.ID, c.Fence, s.owner)
		}
		if done.Error != nil {
			return fmt.Errorf("broadcast: give back: %w", done.Error)
		}
		return nil
	})
}
