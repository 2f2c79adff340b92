package broadcast

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Halt pauses a campaign that is under way, as its own people could, because of what came
// of it so far; false when there was nothing to pause. It belongs to the transaction in ctx.
func (s *Service) Halt(ctx context.Context, accountID, campaignID id.ID, reason string) (halted bool, err error) {
	return s.turnBy(ctx, accountID, campaignID, "pause a campaign because of its figures", "state = 'paused', reason = ?", "state IN ('scheduled', 'freezing', 'sending')", reason)
}

// LetGo lets a campaign go on that was paused while it was being sent.
func (s *Service) LetGo(ctx context.Context, accountID, campaignID id.ID) (bool, error) {
	return s.turnBy(ctx, accountID, campaignID, "let a campaign go on", "state = 'sending', reason = ?", "state = 'paused' AND frozen_at IS NOT NULL", "")
}

func (s *Service) turnBy(ctx context.Context, accountID, campaignID id.ID, purpose, set, where, reason string) (turned bool, err error) {
	err = s.Store.SystemWrite(ctx, purpose, func(ctx context.Context, tx *gorm.DB) error {
		now := s.Store.Now()
		done := tx.Exec("UPDATE campaigns SET "+set+", settled = ?, next_at = ?, changed_at = ?, revision = revision + 1 WHERE account_id = ? AND campaign_id = ? AND "+where,
			reason, false, now, now, accountID, campaignID)
		if turned = done.RowsAffected == 1; turned {
			store.AfterCommit(ctx, s.Wake)
		}
		return done.Error
	})
	if err != nil {
		return false, fmt.Errorf("broadcast: %s: %w", purpose, err)
	}
	return turned, nil
}

// waits begins the reason of a campaign that waits and goes on by itself.
const waits = "It waits and goes on by itself: "

// wait says on the campaign's page why it waits.
func (s *Service) wait(ctx context.Context, c Campaign, reason string) error {
	return s.say(ctx, c, waits+reason+".")
}

func (s *Service) say(ctx context.Context, c Campaign, reason string) error {
	return s.step(ctx, c, "say where a campaign stands", func(_ context.Context, tx *gorm.DB) error {
		return s.update(tx, c, "reason = ?", reason)
	})
}
