package message

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Bounds of removing: small transactions with a rest between them, so that acceptance
// and delivery never wait long behind one.
const (
	removeBatch = 100
	shrinkPages = 1000 // of 4 KiB, given back to the disk at a time; fewer stay for use
)

// RemoveContents removes contents whose time is over: days, or the account's own, after
// the last delivery of their message ended. What still waits keeps its content, however
// old. Between two batches it rests.
func RemoveContents(ctx context.Context, s *store.Store, days int, rest time.Duration) (removed int, err error) {
	var plans []plan
	err = s.SystemRead(ctx, "find how long each account's contents are kept", func(_ context.Context, tx *gorm.DB) error {
		return tx.Order("account_id").Find(&plans).Error
	})
	if err != nil {
		return 0, fmt.Errorf("message: retention: %w", err)
	}
	for _, p := range plans {
		keep := days
		if p.ContentDays != nil {
			keep = *p.ContentDays
		}
		n, err := removeOf(ctx, s, p.AccountID, s.Now().AddDate(0, 0, -keep), rest)
		removed += n
		if err != nil {
			return removed, fmt.Errorf("message: retention: %w", err)
		}
	}
	if removed > 0 {
		if err := giveBack(ctx, s, rest); err != nil {
			return removed, fmt.Errorf("message: retention: %w", err)
		}
	}
	return removed, nil
}

// overdue finds contents of messages all of whose deliveries ended before a time. The
// bound on the id is served by the primary key: no message is younger than its id.
const overdue = `SELECT message_id FROM message_bodies b WHERE account_id = ? AND message_id > ? AND message_id < ?
	AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.account_id = b.account_id AND d.message_id = b.message_id AND (d.final_at IS NULL OR d.final_at > ?))
	ORDER BY message_id LIMIT ?`

func removeOf(ctx context.Context, s *store.Store, account id.ID, before time.Time, rest time.Duration) (removed int, err error) {
	for behind := id.ID(""); ctx.Err() == nil; {
		var ids []id.ID
		err = s.SystemRead(ctx, "find contents whose time is over", func(_ context.Context, tx *gorm.DB) error {
			return tx.Raw(overdue, account, behind, id.At(before), before, removeBatch).Scan(&ids).Error
		})
		if err != nil || len(ids) == 0 {
			return removed, err
		}
		err = s.SystemWrite(ctx, "remove contents whose time is over", func(_ context.Context, tx *gorm.DB) error {
			return removeContents(tx, account, ids, s.Now())
		})
		if err != nil {
			return removed, err
		}
		removed += len(ids)
		behind = ids[len(ids)-1]
		if len(ids) < removeBatch {
			return removed, nil
		}
		pause(ctx, rest)
	}
	return removed, ctx.Err()
}

// giveBack gives what was freed back to the disk, in steps.
func giveBack(ctx context.Context, s *store.Store, rest time.Duration) error {
	for left := shrinkPages; left >= shrinkPages && ctx.Err() == nil; pause(ctx, rest) {
		before := left
		var err error
		if left, err = s.Shrink(ctx, shrinkPages); err != nil {
			return err
		}
		if before != shrinkPages && left >= before {
			break // mail that comes in takes and frees pages, too: the next round goes on
		}
	}
	return ctx.Err()
}

func pause(ctx context.Context, rest time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(rest):
	}
}

// removeContents removes contents of one account; the messages tell when. It leaves
// those for which something waits.
func removeContents(tx *gorm.DB, account id.ID, ids []id.ID, now time.Time) error {
	const ended = ` AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.account_id = ? AND d.message_id = %s.message_id AND d.final_at IS NULL)`
	err := tx.Exec("UPDATE messages SET content_removed_at = ? WHERE account_id = ? AND message_id IN ? AND content_removed_at IS NULL"+fmt.Sprintf(ended, "messages"), now, account, ids, account).Error
	if err != nil {
		return err
	}
	return tx.Exec("DELETE FROM message_bodies WHERE account_id = ? AND message_id IN ?"+fmt.Sprintf(ended, "message_bodies"), account, ids, account).Error
}
