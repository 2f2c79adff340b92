package broadcast

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/store"
)

// HoldRestored stops every campaign that was under way, or would have begun since, in a
// database that came from a backup: who waits in it may have got the message after the
// backup was made. It returns how many campaigns now ask.
func HoldRestored(ctx context.Context, s *store.Store) (n int64, err error) {
	err = s.SystemWrite(ctx, "hold campaigns after a restore", func(_ context.Context, tx *gorm.DB) error {
		now := s.Now()
		n = 0
		const held = "Held because the database was restored from a backup: some of the recipients may have got this message since that backup was made, and would get it twice. Is it still to be sent to those who wait here?"
		for _, step := range []struct{ set, where string }{
			{"state = 'paused', settled = @settled", "state IN ('freezing', 'sending', 'paused') AND started_at IS NOT NULL"},
			{"settled = @settled", "state IN ('scheduled', 'paused') AND started_at IS NULL AND start_at <= @now"},
		} {
			done := tx.Exec("UPDATE campaigns SET "+step.set+", asks = 'restored', reason = @reason, next_at = NULL, lease_owner = '', lease_until = NULL, fence = fence + 1 WHERE "+step.where,
				map[string]any{"reason": held, "now": now, "settled": true})
			if done.Error != nil {
				return done.Error
			}
			n += done.RowsAffected
		}
		// Whom rounds since the backup went to is not known: a person lets them go on.
		if err := tx.Exec("UPDATE campaigns SET repeat_at = NULL WHERE repeat_at IS NOT NULL").Error; err != nil {
			return err
		}
		return tx.Exec("UPDATE campaigns SET lease_owner = '', lease_until = NULL, fence = fence + 1 WHERE lease_owner <> ''").Error
	})
	if err != nil {
		return 0, fmt.Errorf("broadcast: hold after a restore: %w", err)
	}
	return n, nil
}
