package delivery

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/message"
)

// recover counts and records the deliveries of a dead process that may have
// reached their server unseen, then frees its leases. An entry whose attempt is
// stored was committed before the end and is no doubt at all.
func (q *queue) recover(ctx context.Context, o orphan) (ambiguous int, err error) {
	err = q.store.SystemWrite(ctx, "recover the journal of a dead worker", func(_ context.Context, tx *gorm.DB) error {
		ambiguous = 0
		tally := message.Tally{}
		for _, e := range o.entries {
			n, err := q.recoverEntry(tx, e, tally)
			if err != nil {
				return err
			}
			ambiguous += n
		}
		if err := message.AddToDays(tx, tally); err != nil {
			return err
		}
		return tx.Exec("UPDATE deliveries SET lease_owner = '', lease_until = NULL WHERE "+mine, o.owner).Error
	})
	return ambiguous, err
}

func (q *queue) recoverEntry(tx *gorm.DB, e entry, tally message.Tally) (int, error) {
	var committed int64
	err := tx.Model(&message.Attempt{}).
		Where("account_id = ? AND message_id = ? AND attempt_id = ?", e.account, e.message, e.attempt).Count(&committed).Error
	if err != nil {
		return 0, fmt.Errorf("delivery: recover: %w", err)
	}
	if committed > 0 {
		return 0, nil
	}
	var rows []message.Delivery
	err = tx.Raw("UPDATE deliveries SET ambiguous = ambiguous + 1 WHERE account_id = ? AND delivery_id IN ? RETURNING *", e.account, e.deliveries).Scan(&rows).Error
	if err != nil {
		return 0, fmt.Errorf("delivery: recover: %w", err)
	}
	now := q.store.Now()
	for _, d := range rows {
		event := message.Event{
			AccountID: d.AccountID, MessageID: d.MessageID, ID: id.New(), DeliveryID: &d.ID, Kind: message.EventMaybeDelivered,
			Reason: "Our process ended between sending the message and storing the answer. It may have arrived; we try again.", At: now,
		}
		if err := tx.Create(&event).Error; err != nil {
			return 0, fmt.Errorf("delivery: recover: %w", err)
		}
		tally.Of(&d).Ambiguous++
	}
	return len(rows), nil
}
