package delivery

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/message"
	"smtpserver/app/store"
)

// find reads the destination of a domain; its own name when it is not known.
func (r *Routes) find(ctx context.Context, domain string) (string, error) {
	destination := ""
	err := r.store.SystemRead(ctx, "find the route of a domain", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT destination FROM routes WHERE domain = ?", domain).Scan(&destination).Error
	})
	if err != nil {
		return domain, fmt.Errorf("delivery: route: %w", err)
	}
	if destination == "" {
		return domain, nil
	}
	return destination, nil
}

// moveBatch bounds how long moving waiting deliveries holds the database's writer.
const moveBatch = 2000

const moveWaiting = `
WITH picked AS MATERIALIZED (
    SELECT account_id, delivery_id FROM deliveries WHERE ` + waiting + ` AND destination = @from AND ` + free + ` LIMIT @limit %s)
UPDATE deliveries SET destination = @to WHERE (account_id, delivery_id) IN (SELECT account_id, delivery_id FROM picked)`

// move puts what waits for a domain to the destination it belongs to, and remembers
// the route for what is accepted from now on.
func (q *queue) move(ctx context.Context, domain, destination string) error {
	err := q.store.SystemWrite(ctx, "remember the route of a domain", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec(`INSERT INTO routes (domain, destination, updated_at) VALUES (?, ?, ?)
			ON CONFLICT (domain) DO UPDATE SET destination = excluded.destination, updated_at = excluded.updated_at`,
			domain, destination, q.store.Now()).Error
	})
	for moved := int64(moveBatch); err == nil && moved == moveBatch; {
		err = q.store.SystemWrite(ctx, "move waiting deliveries to their destination", func(_ context.Context, tx *gorm.DB) error {
			res := tx.Exec(fmt.Sprintf(moveWaiting, q.skipLocked()), map[string]any{"from": domain, "to": destination, "now": q.store.Now(), "limit": moveBatch})
			moved = res.RowsAffected
			return res.Error
		})
	}
	if err != nil {
		return fmt.Errorf("delivery: move to a destination: %w", err)
	}
	return nil
}

// skipLocked lets several workers go over the same rows side by side; SQLite has one
// writer at a time.
func (q *queue) skipLocked() string {
	if q.store.Engine() == store.Postgres {
		return "FOR UPDATE SKIP LOCKED"
	}
	return ""
}

// expired takes waiting deliveries of a resting destination whose time is over.
func (q *queue) expired(ctx context.Context, destination string, limit int) (rows []*message.Delivery, err error) {
	err = q.store.SystemWrite(ctx, "claim deliveries whose time is over", func(_ context.Context, tx *gorm.DB) error {
		now := q.store.Now()
		rows, err = message.ScanDeliveries(tx.Raw(fmt.Sprintf(claimExpired, q.skipLocked()), map[string]any{
			"owner": q.owner, "until": now.Add(leaseTime), "now": now, "destination": destination, "limit": limit,
		}))
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("delivery: claim what is over: %w", err)
	}
	return rows, nil
}

const claimExpired = `
WITH picked AS MATERIALIZED (
    SELECT account_id, delivery_id FROM deliveries
    WHERE ` + waiting + ` AND destination = @destination AND expires_at <= @now AND ` + free + ` LIMIT @limit %s)
` + leasePicked

// standingRow is a Standing as stored; no time is NULL.
type standingRow struct {
	Destination, State, Cause string
	Connections, Most, Step   int
	Since, Until              *time.Time
	UpdatedAt                 time.Time // read where it matters
}

func (r standingRow) standing() Standing {
	s := Standing{Destination: r.Destination, State: PaceState(r.State), Connections: r.Connections, Most: r.Most, Cause: r.Cause, Step: r.Step}
	if r.Since != nil {
		s.Since = *r.Since
	}
	if r.Until != nil {
		s.Until = *r.Until
	}
	return s
}

// saveStanding stores how a destination takes our mail. With several workers the
// latest word counts: each of them hears the same server.
func (q *queue) saveStanding(ctx context.Context, s Standing) error {
	return q.store.SystemWrite(ctx, "remember how a destination takes mail", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec(`INSERT INTO destinations (destination, state, connections, most, since, cause, until, step, updated_at, worker)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (destination) DO UPDATE SET state = excluded.state, connections = excluded.connections, most = excluded.most,
			since = excluded.since, cause = excluded.cause, until = excluded.until, step = excluded.step, updated_at = excluded.updated_at, worker = excluded.worker`,
			s.Destination, string(s.State), s.Connections, s.Most, orNull(s.Since), storable(s.Cause), orNull(s.Until), s.Step, q.store.Now(), q.owner).Error
	})
}

func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Truncate(time.Microsecond)
	return &t
}

const readStandings = "SELECT destination, state, connections, most, since, cause, until, step FROM destinations"

func (q *queue) standing(ctx context.Context, destination string) (Standing, bool, error) {
	rows, err := q.standings(ctx, readStandings+" WHERE destination = ?", destination)
	if err != nil || len(rows) == 0 {
		return Standing{}, false, err
	}
	return rows[0], true, nil
}

func (q *queue) standings(ctx context.Context, sql string, args ...any) (all []Standing, err error) {
	err = q.store.SystemRead(ctx, "read how destinations take mail", func(_ context.Context, tx *gorm.DB) error {
		all = nil
		var rows []standingRow
		if err := tx.Raw(sql, args...).Scan(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			all = append(all, r.standing())
		}
		return nil
	})
	if err != nil {
		err = errors.Join(errors.New("delivery: standings"), err)
	}
	return all, err
}
