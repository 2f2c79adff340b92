package reputation

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/submission"
)

// What makes an account without a start an old one: the limits came later than it.
const (
	oldAfter     = 30 * day
	oldDelivered = 1_000
)

// isNew reports whether the limits of new accounts are for an account.
func (s *Service) isNew(tx *gorm.DB, accountID id.ID) (bool, error) {
	var rows []Start
	if err := tx.Where("account_id = ?", accountID).Find(&rows).Error; err != nil {
		return false, err
	}
	if len(rows) > 0 {
		return rows[0].EndedAt == nil, nil
	}
	var a struct {
		Kind      string
		CreatedAt time.Time
		Delivered int64
	}
	err := tx.Raw(`SELECT kind, created_at, COALESCE((SELECT SUM(delivered) FROM account_days d WHERE d.account_id = a.account_id), 0) AS delivered
		FROM accounts a WHERE account_id = ?`, accountID).Scan(&a).Error
	old := s.store.Now().Sub(a.CreatedAt) > oldAfter && a.Delivered >= oldDelivered
	return err == nil && a.Kind != "operator" && !old, err
}

// takeNew takes recipients from what a new account may send today, in a transaction of
// its own: whatever many processes take at once, together it is never more (F-54).
func (s *Service) takeNew(ctx context.Context, accountID id.ID, n int64) error {
	var left int64
	var first Start
	ended := false
	err := s.store.SystemWrite(ctx, "take from what a new account may send today", func(_ context.Context, tx *gorm.DB) error {
		ended = false
		start, over, err := s.today(tx, accountID)
		if err != nil || over {
			ended = over
			return err
		}
		first, left = start, start.Limit()-start.Taken
		if left < n {
			return nil
		}
		return tx.Exec("UPDATE account_starts SET taken = taken + ? WHERE account_id = ?", n, accountID).Error
	})
	if err != nil || ended || left >= n {
		return translate("take", err)
	}
	words := fmt.Sprintf("a new account may send to %s recipients a day for now, and %s of today's are left; the next day begins at 00:00 UTC", Thousands(first.Limit()), Thousands(left))
	return submission.Later{Fault: fault.New(fault.Limited, words), At: tomorrow(s.store.Now()), Left: int(left)}.Err()
}

func tomorrow(now time.Time) time.Time { return now.UTC().Truncate(day).Add(day) }

// today is how far a new account has come, moved on to today and locked for the rest of
// the transaction; over says that the limits are behind it.
func (s *Service) today(tx *gorm.DB, accountID id.ID) (start Start, over bool, err error) {
	now := s.store.Now()
	today := message.DayOf(now)
	first := Start{AccountID: accountID, Day: today}
	made := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&first)
	if made.Error != nil {
		return start, false, made.Error
	}
	if made.RowsAffected > 0 {
		words := "New accounts send one mail a second at first; your Standing page says what lifts that."
		if err := s.guard(tx, guardRow{AccountID: accountID, Cause: byNew, PerMinute: NewPerMinute, Words: words, FreeAt: now, Since: now}); err != nil {
			return start, false, err
		}
	}
	query := tx.Where("account_id = ?", accountID)
	if s.store.Engine() == store.Postgres {
		query = query.Clauses(clause.Locking{Strength: "UPDATE"})
	}
	if err := query.Take(&start).Error; err != nil {
		return start, false, err
	}
	if start.EndedAt != nil || start.Day >= today {
		return start, start.EndedAt != nil, nil
	}
	h, err := historyOf(tx, accountID, now)
	if err != nil {
		return start, false, err
	}
	st, err := standingOf(tx, accountID)
	if err != nil {
		return start, false, err
	}
	good := st.Level == Good && !st.Held(true) && grows(h.at(now, message.Transactional, ""), h.at(now, message.Broadcast, ""))
	if start, over = start.next(today, good); over {
		if err := s.unguard(tx, accountID, byNew); err != nil {
			return start, false, err
		}
		start.EndedAt = &now
	}
	err = tx.Exec("UPDATE account_starts SET rung = ?, day = ?, taken = ?, ended_at = ? WHERE account_id = ?", start.Rung, start.Day, start.Taken, start.EndedAt, accountID).Error
	return start, over, err
}
