package broadcast

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
)

// Bounds of a slice. It takes about a second, whatever the machine and the audience: whoever
// pauses meanwhile waits for it, and on SQLite whoever else writes.
const (
	firstSlice = 2_000
	mostSlice  = 50_000
	sliceTime  = time.Second
)

// resize makes the next slice take about sliceTime. One that failed may have been too large.
func resize(rows int, took time.Duration, failed bool) int {
	if failed {
		return max(rows/4, 100)
	}
	grown := float64(rows) * float64(sliceTime) / float64(max(took, time.Millisecond))
	return int(min(grown, 4*float64(rows), mostSlice))
}

// freeze writes the audience's rows, slice by slice, until all are there or the turn is
// over. Each slice moves the position in its own transaction: after a crash the next one
// goes on where the last committed one ended.
func (s *Service) freeze(ctx context.Context, c *Campaign) error {
	for deadline := s.Store.Now().Add(s.turn); s.Store.Now().Before(deadline); {
		if err := ctx.Err(); err != nil {
			return err
		}
		var next string
		began, rows := s.Store.Now(), int(s.sliceRows.Load())
		err := s.step(ctx, *c, "freeze a slice of an audience", func(ctx context.Context, tx *gorm.DB) (err error) {
			next, err = s.freezeSlice(ctx, tx, *c, rows)
			return err
		})
		s.sliceRows.Store(int64(max(resize(rows, s.Store.Now().Sub(began), err != nil), 100)))
		if err != nil {
			return stopping(err)
		}
		if c.Position = next; next == "" {
			now := s.Store.Now()
			c.State, c.FrozenAt = Sending, &now
			return nil
		}
	}
	return nil
}

func (s *Service) freezeSlice(ctx context.Context, tx *gorm.DB, c Campaign, most int) (next string, err error) {
	var before totals
	if err := tx.Raw("SELECT * FROM campaign_totals WHERE account_id = ? AND campaign_id = ?", c.AccountID, c.ID).Scan(&before).Error; err != nil {
		return "", err
	}
	first := before.Audience + 1
	next, err = s.Audiences[c.Kind].Freeze(ctx, c, Slice{After: c.Position, First: first, Most: most})
	if err != nil {
		return "", err
	}
	added, err := countRows(tx, c, first)
	if err != nil {
		return "", err
	}
	if err := addTotals(tx, c, added); err != nil {
		return "", err
	}
	if next != "" {
		return next, s.update(tx, c, "position = ?", next)
	}
	return "", s.update(tx, c, "position = '', state = ?, frozen_at = ?", Sending, s.Store.Now())
}

// countRows counts the rows from a number on, by what became of them, and refuses gaps:
// sending goes by the numbers.
func countRows(tx *gorm.DB, c Campaign, first int64) (t totals, err error) {
	var rows []struct {
		Excluded Reason
		N        int64
		Highest  int64
	}
	err = tx.Raw("SELECT excluded, count(*) AS n, max(number) AS highest FROM campaign_recipients WHERE account_id = ? AND campaign_id = ? AND number >= ? GROUP BY excluded",
		c.AccountID, c.ID, first).Scan(&rows).Error
	if err != nil {
		return t, err
	}
	highest := first - 1
	for _, r := range rows {
		t.Audience += r.N
		*t.of(r.Excluded) += r.N
		highest = max(highest, r.Highest)
	}
	if highest != first-1+t.Audience {
		return t, fmt.Errorf("broadcast: freeze: %d rows are numbered from %d to %d", t.Audience, first, highest)
	}
	return t, nil
}

// of is the counter of the rows with a reason.
func (t *totals) of(r Reason) *int64 {
	switch r {
	case Suppressed:
		return &t.Suppressed
	case OptedOut:
		return &t.OptedOut
	case Invalid:
		return &t.Invalid
	case Duplicate:
		return &t.Duplicate
	case Skipped:
		return &t.Skipped
	}
	return &t.Waiting
}

// addTotals adds what the campaign itself counts.
func addTotals(tx *gorm.DB, c Campaign, t totals) error {
	err := tx.Exec(`UPDATE campaign_totals SET audience = audience + ?, waiting = waiting + ?, suppressed = suppressed + ?, opted_out = opted_out + ?,
		invalid = invalid + ?, duplicate = duplicate + ?, skipped = skipped + ? WHERE account_id = ? AND campaign_id = ?`,
		t.Audience, t.Waiting, t.Suppressed, t.OptedOut, t.Invalid, t.Duplicate, t.Skipped, c.AccountID, c.ID).Error
	if err != nil {
		return fmt.Errorf("broadcast: count: %w", err)
	}
	return nil
}

// totalsOf reads the campaign's counters.
func (s *Service) totalsOf(ctx context.Context, accountID, campaignID id.ID) (t totals, err error) {
	err = s.Store.SystemRead(ctx, "a campaign's counters", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT * FROM campaign_totals WHERE account_id = ? AND campaign_id = ?", accountID, campaignID).Scan(&t).Error
	})
	if err != nil {
		return t, fmt.Errorf("broadcast: counters: %w", err)
	}
	return t, nil
}
