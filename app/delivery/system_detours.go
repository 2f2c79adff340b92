package delivery

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"gorm.io/gorm"

	"smtpserver/app/id"
)

// detourRow is a Detour as stored.
type detourRow struct {
	Destination, Pool, Relay string
	Password                 []byte
	Revision                 string
}

func (r detourRow) detour() Detour {
	d := Detour{Destination: r.Destination, Pool: r.Pool, sealed: r.Password, Password: r.Password != nil, revision: r.Revision}
	if r.Relay != "" {
		d.Relay, _ = url.Parse(r.Relay) // was checked as it was stored
	}
	return d
}

func byDestination(rows []detourRow) map[string]Detour {
	all := make(map[string]Detour, len(rows))
	for _, r := range rows {
		all[r.Destination] = r.detour()
	}
	return all
}

// detours reads where the operator has mail go.
func (q *queue) detours(ctx context.Context) (rows []detourRow, err error) {
	err = q.store.SystemRead(ctx, "read the detours of destinations", func(_ context.Context, tx *gorm.DB) error {
		rows, err = readDetours(tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("delivery: detours: %w", err)
	}
	return rows, nil
}

func readDetours(tx *gorm.DB) (rows []detourRow, err error) {
	err = tx.Raw("SELECT destination, pool, relay, password, revision FROM destination_detours").Scan(&rows).Error
	return rows, err
}

func (q *queue) setDetour(ctx context.Context, d Detour) error {
	err := q.store.SystemWrite(ctx, "store a detour of a destination", func(_ context.Context, tx *gorm.DB) error {
		forget := tx.Exec("DELETE FROM destinations WHERE destination = ?", d.Destination).Error
		if !d.Set() {
			return errors.Join(forget, tx.Exec("DELETE FROM destination_detours WHERE destination = ?", d.Destination).Error)
		}
		return errors.Join(forget, tx.Exec(`INSERT INTO destination_detours (destination, pool, relay, password, revision) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (destination) DO UPDATE SET pool = excluded.pool, relay = excluded.relay, password = excluded.password, revision = excluded.revision`,
			d.Destination, d.Pool, d.Shown(), d.sealed, id.New()).Error)
	})
	if err != nil {
		return fmt.Errorf("delivery: detour: %w", err)
	}
	return nil
}

// Group returns the destination that a recipient domain is part of; the domain itself while
// it is of none.
func (b *Board) Group(ctx context.Context, domain string) (string, error) {
	return (&Routes{store: b.queue.store}).find(ctx, domain)
}
