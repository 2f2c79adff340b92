package delivery

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
)

// Lease times. A renewed lease lives a minute; what a killed worker held is
// claimed again within that minute.
const (
	leaseTime       = 45 * time.Second
	renewEvery      = 10 * time.Second
	accountsAtATime = 16
)

// waiting is the condition of the deliveries_waiting index, word for word.
const waiting = "state IN ('queued', 'deferred')"

const free = "(lease_until IS NULL OR lease_until <= @now)"

// dueAccounts lists accounts with free, due deliveries at a destination, from
// the account after the cursor on. It hops over the index from account to
// account, so a million waiting rows of one account cost one step.
const dueAccounts = `
WITH RECURSIVE hop(account_id) AS (
    SELECT (SELECT account_id FROM deliveries WHERE ` + waiting + ` AND destination = @destination AND stream = @stream
            AND account_id > @cursor ORDER BY account_id LIMIT 1)
    UNION ALL
    SELECT (SELECT account_id FROM deliveries WHERE ` + waiting + ` AND destination = @destination AND stream = @stream
            AND account_id > hop.account_id ORDER BY account_id LIMIT 1)
    FROM hop WHERE hop.account_id IS NOT NULL
)
SELECT account_id FROM hop WHERE account_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM deliveries d WHERE ` + waiting + ` AND d.destination = @destination AND d.stream = @stream
    AND d.account_id = hop.account_id AND d.due_at <= @now AND ` + free + `)
LIMIT @limit`

// claimDue takes free, due deliveries of one account under a lease. They are picked in
// a step of their own: PostgreSQL may run a subquery with LIMIT again for each row it
// joins, and so pick more.
const claimDue = `
WITH picked AS MATERIALIZED (
    SELECT account_id, delivery_id FROM deliveries
    WHERE ` + waiting + ` AND destination = @destination AND stream = @stream AND account_id = @account
    AND due_at <= @now AND ` + free + `
    ORDER BY due_at LIMIT @limit %s)
` + leasePicked

const leasePicked = `UPDATE deliveries SET lease_owner = @owner, lease_until = @until, fence = fence + 1
WHERE (account_id, delivery_id) IN (SELECT account_id, delivery_id FROM picked)
RETURNING ` + message.DeliveryColumns

// queue is the SQL side of the engine. Its work crosses accounts; each row it
// returns carries the account it belongs to.
type queue struct {
	store *store.Store
	owner string // names this process in leases
	turns turns
}

// claim leases up to limit deliveries that are due at the destination:
// transactional before broadcast, then accounts in turn with equal shares, so
// that one mail never waits behind somebody's million.
func (q *queue) claim(ctx context.Context, destination string, limit int) ([]*message.Delivery, error) {
	var claimed []*message.Delivery
	for _, stream := range []message.Stream{message.Transactional, message.Broadcast} {
		room := limit - len(claimed)
		if room <= 0 {
			break
		}
		rows, err := q.claimStream(ctx, destination, stream, room)
		if err != nil {
			return nil, err
		}
		claimed = append(claimed, rows...)
	}
	return claimed, nil
}

func (q *queue) claimStream(ctx context.Context, destination string, stream message.Stream, limit int) ([]*message.Delivery, error) {
	accounts, err := q.accountsInTurn(ctx, destination, stream)
	if err != nil || len(accounts) == 0 {
		return nil, err
	}
	share := (limit + len(accounts) - 1) / len(accounts)
	var claimed []*message.Delivery
	err = q.store.SystemWrite(ctx, "claim due deliveries", func(_ context.Context, tx *gorm.DB) error {
		claimed = claimed[:0]
		now := q.store.Now()
		for _, account := range accounts {
			rows, err := message.ScanDeliveries(tx.Raw(fmt.Sprintf(claimDue, q.skipLocked()), map[string]any{
				"owner": q.owner, "until": now.Add(leaseTime), "now": now, "account": account,
				"destination": destination, "stream": stream, "limit": min(share, limit-len(claimed)),
			}))
			if err != nil {
				return fmt.Errorf("delivery: claim: %w", err)
			}
			claimed = append(claimed, rows...)
		}
		return nil
	})
	return claimed, err
}

// accountsInTurn lists the accounts whose turn it is, going round.
func (q *queue) accountsInTurn(ctx context.Context, destination string, stream message.Stream) ([]id.ID, error) {
	key := destination + " " + string(stream)
	var accounts []id.ID
	list := func(cursor id.ID) error {
		return q.store.SystemRead(ctx, "find accounts with due deliveries", func(_ context.Context, tx *gorm.DB) error {
			return tx.Raw(dueAccounts, map[string]any{
				"destination": destination, "stream": stream, "cursor": cursor, "now": q.store.Now(), "limit": accountsAtATime,
			}).Scan(&accounts).Error
		})
	}
	cursor := q.turns.get(key)
	err := list(cursor)
	if err == nil && len(accounts) == 0 && cursor != "" {
		err = list("")
	}
	if err != nil {
		return nil, fmt.Errorf("delivery: accounts in turn: %w", err)
	}
	if len(accounts) < accountsAtATime {
		q.turns.set(key, "")
	} else {
		q.turns.set(key, accounts[len(accounts)-1])
	}
	return accounts, nil
}

// renew prolongs every lease this process holds.
func (q *queue) renew(ctx context.Context) error {
	return q.store.SystemWrite(ctx, "renew this worker's leases", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec("UPDATE deliveries SET lease_until = ? WHERE lease_owner = ?", q.store.Now().Add(leaseTime), q.owner).Error
	})
}

// release gives claimed deliveries back as they were.
func (q *queue) release(ctx context.Context, rows []*message.Delivery) error {
	if len(rows) == 0 {
		return nil
	}
	return q.store.SystemWrite(ctx, "give back claimed deliveries", func(_ context.Context, tx *gorm.DB) error {
		for _, d := range rows {
			err := tx.Exec("UPDATE deliveries SET lease_owner = '', lease_until = NULL WHERE account_id = ? AND delivery_id = ? AND lease_owner = ? AND fence = ?",
				d.AccountID, d.ID, q.owner, d.Fence).Error
			if err != nil {
				return fmt.Errorf("delivery: release: %w", err)
			}
		}
		return nil
	})
}

// releaseDestination frees what this process holds at a destination that no run of
// it serves.
func (q *queue) releaseDestination(ctx context.Context, destination string) error {
	return q.store.SystemWrite(ctx, "free leases that were forgotten", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec("UPDATE deliveries SET lease_owner = '', lease_until = NULL WHERE lease_owner = ? AND destination = ?", q.owner, destination).Error
	})
}

// releaseOwner frees everything that a dead process held; with "" it frees what
// anybody but this process held (the embedded engine is alone).
func (q *queue) releaseOwner(ctx context.Context, owner string) error {
	return q.store.SystemWrite(ctx, "free the leases of a dead worker", func(_ context.Context, tx *gorm.DB) error {
		if owner == "" {
			return tx.Exec("UPDATE deliveries SET lease_owner = '', lease_until = NULL WHERE lease_owner <> '' AND lease_owner <> ?", q.owner).Error
		}
		return tx.Exec("UPDATE deliveries SET lease_owner = '', lease_until = NULL WHERE lease_owner = ?", owner).Error
	})
}

// dueDestinations hops over the index from destination to destination.
const dueDestinations = `
WITH RECURSIVE hop(destination) AS (
    SELECT (SELECT destination FROM deliveries WHERE ` + waiting + ` ORDER BY destination LIMIT 1)
    UNION ALL
    SELECT (SELECT destination FROM deliveries WHERE ` + waiting + ` AND destination > hop.destination ORDER BY destination LIMIT 1)
    FROM hop WHERE hop.destination IS NOT NULL
)
SELECT destination AS name, EXISTS (
    SELECT 1 FROM deliveries d WHERE ` + waiting + ` AND d.destination = hop.destination AND d.stream = 'transactional'
    AND d.due_at <= @now AND ` + free + `) AS urgent
FROM hop WHERE destination IS NOT NULL AND EXISTS (
    SELECT 1 FROM deliveries d WHERE ` + waiting + ` AND d.destination = hop.destination AND d.due_at <= @now AND ` + free + `)
LIMIT @limit`

// Due is a destination that has work now.
type Due struct {
	Name   string
	Urgent bool // transactional mail is among it
}

// due lists destinations with free, due deliveries.
func (q *queue) due(ctx context.Context, limit int) ([]Due, error) {
	var destinations []Due
	err := q.store.SystemRead(ctx, "find destinations with due deliveries", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(dueDestinations, map[string]any{"now": q.store.Now(), "limit": limit}).Scan(&destinations).Error
	})
	if err != nil {
		return nil, fmt.Errorf("delivery: due destinations: %w", err)
	}
	return destinations, nil
}
