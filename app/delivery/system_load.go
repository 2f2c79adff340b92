package delivery

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
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
			in, list := store.In(tx, ids)
			rows, err := message.ScanMessages(tx.Raw("SELECT "+message.MessageColumns+" FROM messages WHERE account_id = ? AND message_id "+in, account, list))
			if err != nil {
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
			if err := scanBodies(tx, account, ids, found); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("delivery: load contents: %w", err)
	}
	return found, nil
}

func scanBodies(tx *gorm.DB, account id.ID, ids []id.ID, found map[id.ID][]byte) (err error) {
	in, list := store.In(tx, ids)
	rows, err := tx.Raw("SELECT message_id, content, encoding FROM message_bodies WHERE account_id = ? AND message_id "+in, account, list).Rows()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var b message.Body
		if err := rows.Scan((*string)(&b.MessageID), &b.Content, &b.Encoding); err != nil {
			return err
		}
		if err := b.Unpack(); err != nil {
			return err
		}
		found[b.MessageID] = b.Content
	}
	return rows.Err()
}
