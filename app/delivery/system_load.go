package delivery

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/message"
)

// loadMessages reads the messages of claimed deliveries, account by account.
func (q *queue) loadMessages(ctx context.Context, claimed []*message.Delivery) (map[id.ID]*message.Message, error) {
	wanted := map[id.ID][]id.ID{}
	seen := map[id.ID]bool{}
	for _, d := range claimed {
		if !seen[d.MessageID] {
			seen[d.MessageID] = true
			wanted[d.AccountID] = append(wanted[d.AccountID], d.MessageID)
		}
	}
	found := make(map[id.ID]*message.Message, len(seen))
	err := q.store.SystemRead(ctx, "load claimed messages", func(_ context.Context, tx *gorm.DB) error {
		for account, ids := range wanted {
			var rows []*message.Message
			if err := tx.Where("account_id = ? AND message_id IN ?", account, ids).Find(&rows).Error; err != nil {
				return err
			}
			for _, m := range rows {
				found[m.ID] = m
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("delivery: load messages: %w", err)
	}
	return found, nil
}

// loadBodies reads the contents of a chunk of parcels. A body that is gone
// (retention) is missing from the result.
func (q *queue) loadBodies(ctx context.Context, parcels []*parcel) (map[id.ID][]byte, error) {
	wanted := map[id.ID][]id.ID{}
	for _, p := range parcels {
		wanted[p.Message.AccountID] = append(wanted[p.Message.AccountID], p.Message.ID)
	}
	found := make(map[id.ID][]byte, len(parcels))
	err := q.store.SystemRead(ctx, "load claimed contents", func(_ context.Context, tx *gorm.DB) error {
		for account, ids := range wanted {
			var rows []message.Body
			if err := tx.Where("account_id = ? AND message_id IN ?", account, ids).Find(&rows).Error; err != nil {
				return err
			}
			for _, b := range rows {
				found[b.MessageID] = b.Content
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("delivery: load contents: %w", err)
	}
	return found, nil
}
