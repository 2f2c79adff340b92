package message

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Key makes a message unique in its account for a day.
type Key struct {
	AccountID id.ID  `gorm:"column:account_id;primaryKey;<-:create"`
	Key       string `gorm:"primaryKey"`
	Digest    string // of what must be the same when the key comes again
	MessageID id.ID
	CreatedAt time.Time
}

// TableName implements gorm's naming.
func (Key) TableName() string { return "idempotency_keys" }

// keyLife is how long a key is remembered.
const keyLife = 24 * time.Hour

// claimKeys decides which of the accepted messages with a key is the first of it, and
// returns those to store. It tells the others whose message they repeat. Of two at the
// same moment the primary key lets one in: the other waits for its commit and then
// sees its row.
func claimKeys(tx *gorm.DB, now time.Time, accepted []*New) ([]*New, error) {
	var keyed []*New
	for _, n := range accepted {
		if n.Key != nil {
			n.Key.AccountID, n.Key.MessageID, n.Key.CreatedAt = n.Message.AccountID, n.Message.ID, now
			n.Repeats = nil
			keyed = append(keyed, n)
		}
	}
	if len(keyed) == 0 {
		return accepted, nil
	}
	// In one order, so that two transactions cannot wait for each other.
	slices.SortStableFunc(keyed, func(a, b *New) int {
		return cmp.Or(cmp.Compare(a.Key.AccountID, b.Key.AccountID), cmp.Compare(a.Key.Key, b.Key.Key))
	})
	for _, n := range keyed {
		if err := claimKey(tx, now, n); err != nil {
			return nil, fmt.Errorf("message: idempotency key: %w", err)
		}
	}
	return slices.DeleteFunc(slices.Clone(accepted), func(n *New) bool { return n.Repeats != nil }), nil
}

func claimKey(tx *gorm.DB, now time.Time, n *New) error {
	err := tx.Where("account_id = ? AND key = ? AND created_at <= ?", n.Key.AccountID, n.Key.Key, now.Add(-keyLife)).Delete(&Key{}).Error
	if err != nil {
		return err
	}
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(n.Key).Error; err != nil {
		return err
	}
	var stored Key
	if err := tx.Where("account_id = ? AND key = ?", n.Key.AccountID, n.Key.Key).Take(&stored).Error; err != nil {
		return err
	}
	if stored.MessageID != n.Message.ID {
		n.Repeats = &stored
	}
	return nil
}

// PurgeKeys forgets keys that are older than a day.
func PurgeKeys(ctx context.Context, s *store.Store) error {
	return s.SystemWrite(ctx, "forget old idempotency keys", func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("created_at <= ?", s.Now().Add(-keyLife)).Delete(&Key{}).Error
	})
}
