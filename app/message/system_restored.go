package message

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/store"
)

// afterRestore is what a restore does to a delivery. What was accepted before the backup and
// delivered after it looks as if it waited; only people can tell.
var afterRestore = effect{
	[]State{Queued, Deferred}, Held, EventHeld,
	"Held because %s: this message may have been delivered since that backup was made. Release it if it was not.",
	"Held because %s.",
}

const aRestore = "the database was restored from a backup"

// HoldRestored holds every delivery that waits, and frees what dead workers held. It
// returns how many it held; those that were held before stay as they are.
func HoldRestored(ctx context.Context, s *store.Store) (n int, err error) {
	err = s.SystemWrite(ctx, "free leases of the time before a restore", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec("UPDATE deliveries SET lease_owner = '', lease_until = NULL, fence = fence + 1 WHERE lease_owner <> ''").Error
	})
	for more := true; more && err == nil; {
		more = false
		err = s.SystemWrite(ctx, "hold what waits after a restore", func(_ context.Context, tx *gorm.DB) error {
			var rows []Delivery
			if err := tx.Where("state IN ?", afterRestore.from).Order("account_id, delivery_id").Limit(operateBatch).Find(&rows).Error; err != nil || len(rows) == 0 {
				return err
			}
			n, more = n+len(rows), true
			return afterRestore.applyToAll(tx, rows, s)
		})
	}
	if err != nil {
		return n, fmt.Errorf("message: hold after a restore: %w", err)
	}
	return n, nil
}

// applyToAll is apply for rows of several accounts, one after the other.
func (e effect) applyToAll(tx *gorm.DB, rows []Delivery, s *store.Store) error {
	now := s.Now()
	for len(rows) > 0 {
		same := 1
		for same < len(rows) && rows[same].AccountID == rows[0].AccountID {
			same++
		}
		own := tx.Where("account_id = ?", rows[0].AccountID).Session(&gorm.Session{}) // finds rows by their whole key
		if err := e.apply(own, rows[:same], now, aRestore); err != nil {
			return err
		}
		rows = rows[same:]
	}
	return nil
}
