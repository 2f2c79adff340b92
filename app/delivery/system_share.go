package delivery

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/store"
)

// takeShare stores the share of this worker at a destination, and returns what it may
// have open: what the others leave of most. Open ones count until they are closed.
func (q *queue) takeShare(ctx context.Context, destination string, most, wants, open int) (n int, err error) {
	err = q.store.SystemWrite(ctx, "take a share of a destination's connections", func(_ context.Context, tx *gorm.DB) error {
		if err := q.alone(tx, destination); err != nil {
			return err
		}
		now := q.store.Now()
		var others []holding
		err := tx.Raw("SELECT worker, connections, wants FROM connection_shares WHERE destination = ? AND worker <> ? AND until > ?", destination, q.owner, now).Scan(&others).Error
		if err != nil {
			return err
		}
		n = grant(most, holding{q.owner, open, wants}, others)
		until := now.Add(shareTime)
		if n == 0 && open == 0 {
			until = now.Add(2 * stepTime) // a wish: who still has it then asks again
		}
		return tx.Exec(`INSERT INTO connection_shares (destination, worker, connections, wants, until) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (destination, worker) DO UPDATE SET connections = excluded.connections, wants = excluded.wants, until = excluded.until`,
			destination, q.owner, max(n, open), wants, until).Error
	})
	if err != nil {
		return 0, fmt.Errorf("delivery: share of %s: %w", destination, err)
	}
	return n, nil
}

// alone lets one worker at a time decide about a destination. SQLite has one writer. What
// is decided need not survive a crash of the database, so nobody waits for its disk.
func (q *queue) alone(tx *gorm.DB, destination string) error {
	if q.store.Engine() != store.Postgres {
		return nil
	}
	if err := tx.Exec("SET LOCAL synchronous_commit = off").Error; err != nil {
		return err
	}
	return tx.Exec("SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", "share of "+destination).Error
}

// contested lists destinations of which another worker has or wants a share as well, and
// tells whether others have any share at all.
func (q *queue) contested(ctx context.Context) (found map[string]bool, others bool, err error) {
	var names []string
	err = q.store.SystemRead(ctx, "find destinations that workers share", func(_ context.Context, tx *gorm.DB) error {
		now := q.store.Now()
		err := tx.Raw("SELECT EXISTS (SELECT 1 FROM connection_shares WHERE worker <> ? AND until > ?)", q.owner, now).Scan(&others).Error
		if err != nil || !others {
			return err
		}
		return tx.Raw(`SELECT DISTINCT o.destination FROM connection_shares m
			JOIN connection_shares o ON o.destination = m.destination AND o.worker <> m.worker AND o.until > ?
			WHERE m.worker = ?`, now, q.owner).Scan(&names).Error
	})
	if err != nil {
		return nil, false, fmt.Errorf("delivery: shared destinations: %w", err)
	}
	found = make(map[string]bool, len(names))
	for _, name := range names {
		found[name] = true
	}
	return found, others, nil
}

// prolongShares renews shares that nobody else wants.
func (q *queue) prolongShares(ctx context.Context, destinations []string) error {
	return q.ofShares(ctx, "renew shares of connections", "UPDATE connection_shares SET until = ? WHERE worker = ? AND destination IN ?", destinations, q.store.Now().Add(shareTime))
}

// dropShares gives back shares of which nothing was open at a moment; those that were
// taken since stay.
func (q *queue) dropShares(ctx context.Context, destinations []string, at time.Time) error {
	return q.ofShares(ctx, "give back shares of connections", "DELETE FROM connection_shares WHERE until <= ? AND worker = ? AND destination IN ?", destinations, at.Add(shareTime))
}

func (q *queue) ofShares(ctx context.Context, purpose, sql string, destinations []string, first ...any) error {
	if len(destinations) == 0 {
		return nil
	}
	err := q.store.SystemWrite(ctx, purpose, func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec(sql, append(first, q.owner, destinations)...).Error
	})
	if err != nil {
		return fmt.Errorf("delivery: %s: %w", purpose, err)
	}
	return nil
}

// forgetShares removes what a dead worker left, and everybody's that ran out long ago.
func (q *queue) forgetShares(ctx context.Context, owner string) error {
	return q.store.SystemWrite(ctx, "remove the shares of a dead worker", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec("DELETE FROM connection_shares WHERE worker = ? OR until < ?", owner, q.store.Now().Add(-time.Hour)).Error
	})
}
