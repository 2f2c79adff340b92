package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
)

// restingPlace is a destination that rests for the whole of a run.
const restingPlace = "via:resting.example"

// fillWaiting puts so many deliveries of one message into a database, all due, at a
// destination that rests. They are copied by the database itself, which is much faster
// than accepting them.
func fillWaiting(ctx context.Context, databaseURL, dataDir string, n int) (err error) {
	if databaseURL == "sqlite" {
		databaseURL = "sqlite:" + filepath.Join(dataDir, "smtpserver.db")
	}
	s, err := store.Open(ctx, store.Options{URL: databaseURL, MaxConns: 3})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	var owner struct{ AccountID, DomainID id.ID }
	err = s.SystemRead(ctx, "find who sends in the bench", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT account_id, domain_id FROM domains ORDER BY created_at DESC LIMIT 1").Scan(&owner).Error
	})
	if err != nil {
		return err
	}
	a := &archive{messages: 1, queued: true, domain: owner.DomainID}
	one := a.message(owner.AccountID, 0, s.Now())
	one.Deliveries[0].Destination = restingPlace
	if err := message.Insert(ctx, s, []*message.New{one}); err != nil {
		return err
	}
	err = s.SystemWrite(ctx, "fill the queue of a bench", func(_ context.Context, tx *gorm.DB) error {
		if s.Engine() == store.Postgres { // filling takes longer than a statement may otherwise
			if err := tx.Exec("SET LOCAL statement_timeout = 0").Error; err != nil {
				return err
			}
		}
		now := s.Now()
		err := tx.Exec(`INSERT INTO destinations (destination, state, connections, most, since, cause, until, step, updated_at)
			VALUES (?, 'resting', 1, 8, ?, 'no connection', ?, 1, ?)`, restingPlace, now, now.Add(24*time.Hour), now).Error
		if err != nil {
			return err
		}
		return tx.Exec(copyWaiting, n-1, one.Deliveries[0].ID).Error
	})
	if err != nil {
		return fmt.Errorf("fill the queue: %w", err)
	}
	return s.Checkpoint(ctx)
}

const copyWaiting = `INSERT INTO deliveries (account_id, delivery_id, message_id, stream, domain_id, tag, recipient, recipient_key, destination, state, reason, class,
		last_reply, attempts, ambiguous, notify, orcpt, due_at, lease_owner, fence, created_at, expires_at)
	WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < ?)
	SELECT account_id, substr(delivery_id, 1, 18) || substr(CAST(10000000 + n AS TEXT), 1, 8), message_id, stream, domain_id, tag, recipient, recipient_key, destination, state, reason, class,
		last_reply, attempts, ambiguous, notify, orcpt, due_at, lease_owner, fence, created_at, expires_at
	FROM (SELECT * FROM deliveries WHERE delivery_id = ?) AS one CROSS JOIN series`
