package delivery

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/limit"
	"smtpserver/app/store"
)

// limits reads what the operator set.
func (q *queue) limits(ctx context.Context) (map[string]Limits, error) {
	var rows []Limits
	err := q.store.SystemRead(ctx, "read the operator's limits of destinations", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT destination, connections, per_connection, per_minute FROM destination_limits").Scan(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("delivery: limits: %w", err)
	}
	all := make(map[string]Limits, len(rows))
	for _, l := range rows {
		all[l.Destination] = l
	}
	return all, nil
}

func (q *queue) setLimits(ctx context.Context, l Limits) error {
	err := q.store.SystemWrite(ctx, "store the operator's limits of a destination", func(_ context.Context, tx *gorm.DB) error {
		if l == (Limits{Destination: l.Destination}) {
			return tx.Exec("DELETE FROM destination_limits WHERE destination = ?", l.Destination).Error
		}
		return tx.Exec(`INSERT INTO destination_limits (destination, connections, per_connection, per_minute) VALUES (?, ?, ?, ?)
			ON CONFLICT (destination) DO UPDATE SET connections = excluded.connections, per_connection = excluded.per_connection, per_minute = excluded.per_minute`,
			l.Destination, l.Connections, l.PerConnection, l.PerMinute).Error
	})
	if err != nil {
		return fmt.Errorf("delivery: limits: %w", err)
	}
	return nil
}

// heard is a standing that another worker stored.
type heard struct {
	Standing
	at time.Time
}

// news reads what other workers stored after a moment.
func (q *queue) news(ctx context.Context, since time.Time) (all []heard, err error) {
	var rows []standingRow
	err = q.store.SystemRead(ctx, "read what other workers heard from destinations", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT destination, state, connections, most, since, cause, until, step, updated_at FROM destinations WHERE updated_at > ? AND worker <> ?",
			since, q.owner).Scan(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("delivery: news of destinations: %w", err)
	}
	for _, r := range rows {
		all = append(all, heard{r.standing(), r.UpdatedAt})
	}
	return all, nil
}

// lockRate reads, for the rest of the transaction, from when on a destination's rate lets
// the next go, so that all workers keep it together. The zero rate limits nothing and
// costs nothing.
func (q *queue) lockRate(tx *gorm.DB, destination string, perMinute int, now time.Time) (limit.Rate, error) {
	rate := limit.Rate{PerMinute: perMinute}
	if perMinute <= 0 {
		return rate, nil
	}
	err := tx.Exec("INSERT INTO destination_rates (destination, free_at) VALUES (?, ?) ON CONFLICT (destination) DO NOTHING", destination, now).Error
	if err == nil {
		sql := "SELECT free_at FROM destination_rates WHERE destination = ?"
		if q.store.Engine() == store.Postgres {
			sql += " FOR UPDATE"
		}
		err = tx.Raw(sql, destination).Scan(&rate.FreeAt).Error
	}
	if err != nil {
		return rate, fmt.Errorf("delivery: rate of %s: %w", destination, err)
	}
	return rate, nil
}

// spendRate counts what was claimed against the rate.
func spendRate(tx *gorm.DB, destination string, rate limit.Rate, n int, now time.Time) error {
	if rate.PerMinute <= 0 || n == 0 {
		return nil
	}
	rate.Take(n, now)
	if err := tx.Exec("UPDATE destination_rates SET free_at = ? WHERE destination = ?", rate.FreeAt, destination).Error; err != nil {
		return fmt.Errorf("delivery: rate of %s: %w", destination, err)
	}
	return nil
}
