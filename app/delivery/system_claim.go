package delivery

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/message"
	"smtpserver/app/store"
)

// Lease times. A renewed lease lives a minute; what a killed worker held is
// claimed again within that minute.
const (
	leaseTime       = 45 * time.Second
	renewEvery      = 10 * time.Second
	accountsAtATime = 16
	lanesAtATime    = 64
)

// waiting is the condition of the deliveries_waiting index, word for word.
const waiting = "state IN ('queued', 'deferred')"

// mine has the condition of the deliveries_leased index, without which none is read by it.
const mine = "lease_owner = ? AND lease_owner <> ''"

const free = "(lease_until IS NULL OR lease_until <= @now)"

// dueLanes lists lanes with free, due deliveries at a destination, from an account on.
// A lane is what one credential of an account sends. It hops over the index from lane
// to lane, so a million waiting rows of one cost one step. An id has 26 characters. A
// subquery with LIMIT, unlike EXISTS, keeps PostgreSQL from reading the whole table once.
//
// %s keeps out whose mail is held.
const dueLanes = `
WITH RECURSIVE hop(lane) AS (
    SELECT (SELECT account_id || credential_id FROM deliveries WHERE ` + waiting + ` AND destination = @destination AND stream = @stream
            AND account_id >= @cursor ORDER BY account_id, credential_id LIMIT 1)
    UNION ALL
    SELECT (SELECT d.account_id || d.credential_id FROM deliveries d WHERE ` + waiting + ` AND d.destination = @destination AND d.stream = @stream
            AND (d.account_id, d.credential_id) > (substr(hop.lane, 1, 26), substr(hop.lane, 27)) ORDER BY d.account_id, d.credential_id LIMIT 1)
    FROM hop WHERE hop.lane IS NOT NULL
)
SELECT substr(lane, 1, 26) AS account_id, substr(lane, 27) AS credential_id,
    (SELECT weight FROM accounts a WHERE a.account_id = substr(lane, 1, 26)) AS weight
FROM hop WHERE lane IS NOT NULL AND (
    SELECT 1 FROM deliveries d WHERE ` + waiting + ` AND d.destination = @destination AND d.stream = @stream
    AND d.account_id = substr(lane, 1, 26) AND d.credential_id = substr(lane, 27) AND d.due_at <= @now AND ` + free + `
    ORDER BY due_at LIMIT 1) = 1%s
LIMIT @limit`

// dueOfLane picks the oldest free, due deliveries of one lane.
const dueOfLane = `SELECT account_id, delivery_id, due_at FROM deliveries
    WHERE ` + waiting + ` AND destination = @destination AND stream = @stream AND account_id = @account AND credential_id = @lane%d
    AND due_at <= @now AND ` + free + `
    ORDER BY due_at LIMIT @limit%d %s`

// claimDue takes the oldest of what is picked in one or more lanes of an account under a
// lease. They are picked in a step of their own: PostgreSQL may run a subquery with LIMIT
// again for each row it joins, and so pick more.
const claimDue = `
WITH picked AS MATERIALIZED (
    SELECT account_id, delivery_id FROM (%s) AS lanes ORDER BY due_at LIMIT @limit)
` + leasePicked

const leasePicked = `UPDATE deliveries SET lease_owner = @owner, lease_until = @until, fence = fence + 1
WHERE (account_id, delivery_id) IN (SELECT account_id, delivery_id FROM picked)
RETURNING ` + message.DeliveryColumns

// queue is the SQL side of the engine. Its work crosses accounts; each row it
// returns carries the account it belongs to.
type queue struct {
	store   *store.Store
	owner   string // names this process in leases
	turns   turns
	rated   rated
	guarded guards
}

// batch is what was claimed, and, when rates hold more back, until when.
type batch struct {
	rows    []*message.Delivery
	next    time.Time
	detours []detourRow // as they were after the claim: what staff send another way goes that way
}

// claim leases up to limit deliveries that are due at the destination, no faster than
// perMinute lets go (0 is no limit):
// transactional before broadcast, then accounts in turn by their weight, so
// that one mail never waits behind somebody's million.
func (q *queue) claim(ctx context.Context, destination string, limit, perMinute int) (batch, error) {
	var all batch
	for _, stream := range []message.Stream{message.Transactional, message.Broadcast} {
		room := limit - len(all.rows)
		if room <= 0 {
			break
		}
		b, err := q.claimStream(ctx, destination, stream, room, perMinute)
		if err != nil {
			return batch{}, err
		}
		if len(b.rows) > 0 {
			all.detours = b.detours
		}
		all.rows, all.next = append(all.rows, b.rows...), earliest(all.next, b.next)
	}
	return all, nil
}

func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func (q *queue) claimStream(ctx context.Context, destination string, stream message.Stream, limit, perMinute int) (batch, error) {
	key := destination + " " + string(stream)
	last := q.turns.get(key)
	sharers, more, err := q.accountsInTurn(ctx, destination, stream, last)
	if err != nil || len(sharers) == 0 {
		q.turns.set(key, turn{})
		return batch{}, err
	}
	limited, err := q.limitedAmong(ctx, sharers)
	if err != nil {
		return batch{}, err
	}
	var b batch
	var next turn
	most := limit
	err = q.store.SystemWrite(ctx, "claim due deliveries", func(_ context.Context, tx *gorm.DB) error {
		b, next = batch{}, turn{}
		now := q.store.Now()
		rate, err := q.lockRate(tx, destination, perMinute, now)
		if err != nil {
			return err
		}
		rates, err := q.lockRates(tx, limited)
		if err != nil {
			return err
		}
		if most = min(limit, rate.Room(now)); most == 0 {
			b.next, next = rate.After(0, now), last
			return nil
		}
		shares := share(sharers, last, most)
		for i, s := range sharers {
			room := min(shares[i], most-len(b.rows))
			if room <= 0 {
				break
			}
			rows, err := q.claimAccount(tx, s, rates[s.account], destination, stream, room, now)
			if err != nil {
				return err
			}
			b.rows, b.next = append(b.rows, rows...), earliest(b.next, rates[s.account].until())
			next = turn{account: s.account}
			if len(rows) == room {
				next.left = shares[i] - len(rows)
			}
		}
		if most < limit && len(b.rows) == most {
			b.next = earliest(b.next, rate.After(most, now))
		}
		if len(b.rows) > 0 {
			if b.detours, err = readDetours(tx); err != nil {
				return err
			}
		}
		return errors.Join(storeRates(tx, rates), spendRate(tx, destination, rate, len(b.rows), now))
	})
	if !more && len(b.rows) < most {
		next = turn{} // everybody had what was due
	}
	q.turns.set(key, next)
	return b, err
}

// claimAccount leases deliveries of one account, as many as its rates let go.
func (q *queue) claimAccount(tx *gorm.DB, s sharer, r *rates, destination string, stream message.Stream, room int, now time.Time) ([]*message.Delivery, error) {
	args := map[string]any{
		"owner": q.owner, "until": now.Add(leaseTime), "now": now, "account": s.account, "destination": destination, "stream": stream,
	}
	limit := min(room, r.room(stream, "", now))
	var parts []string
	for i, lane := range s.lanes {
		n := min(limit, r.room(stream, lane, now))
		if n <= 0 {
			continue
		}
		args[fmt.Sprintf("lane%d", i)], args[fmt.Sprintf("limit%d", i)] = lane, n
		parts = append(parts, "SELECT * FROM ("+fmt.Sprintf(dueOfLane, i, i, q.skipLocked())+fmt.Sprintf(") AS l%d", i))
	}
	if len(parts) == 0 {
		return nil, nil
	}
	args["limit"] = limit
	rows, err := message.ScanDeliveries(tx.Raw(fmt.Sprintf(claimDue, strings.Join(parts, "\nUNION ALL ")), args))
	if err != nil {
		return nil, fmt.Errorf("delivery: claim: %w", err)
	}
	r.take(stream, rows, now)
	return rows, nil
}

// accountsInTurn lists the accounts whose turn it is, going round: those after the one
// served last, then those before it. More says that some are left out.
func (q *queue) accountsInTurn(ctx context.Context, destination string, stream message.Stream, last turn) (sharers []sharer, more bool, err error) {
	held, err := q.guards(ctx)
	if err != nil {
		return nil, false, err
	}
	sql := fmt.Sprintf(dueLanes, "")
	if len(held) > 0 {
		sql = fmt.Sprintf(dueLanes, unguarded("substr(lane, 1, 26)", "@stream"))
	}
	list := func(cursor string) (lanes []laneRow, err error) {
		err = q.store.SystemRead(ctx, "find accounts with due deliveries", func(_ context.Context, tx *gorm.DB) error {
			lanes = nil
			return tx.Raw(sql, map[string]any{
				"destination": destination, "stream": stream, "cursor": cursor, "now": q.store.Now(), "limit": lanesAtATime,
			}).Scan(&lanes).Error
		})
		return lanes, err
	}
	lanes, err := list(last.cursor())
	if err == nil && len(lanes) < lanesAtATime && last.cursor() != "" {
		var before []laneRow
		before, err = list("")
		for _, l := range before {
			if string(l.AccountID) >= last.cursor() {
				break
			}
			lanes = append(lanes, l)
		}
	}
	if err != nil {
		return nil, false, fmt.Errorf("delivery: accounts in turn: %w", err)
	}
	sharers, more = gather(lanes)
	return sharers, more || len(lanes) >= lanesAtATime, nil
}

// renew prolongs every lease this process holds, but for those whose outcome is being
// stored at the moment: waiting for them, each would hold up the other.
func (q *queue) renew(ctx context.Context) error {
	return q.store.SystemWrite(ctx, "renew this worker's leases", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec(`UPDATE deliveries SET lease_until = ? WHERE (account_id, delivery_id) IN (
			SELECT account_id, delivery_id FROM deliveries WHERE `+mine+` `+q.skipLocked()+`)`,
			q.store.Now().Add(leaseTime), q.owner).Error
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
		return tx.Exec("UPDATE deliveries SET lease_owner = '', lease_until = NULL WHERE "+mine+" AND destination = ?", q.owner, destination).Error
	})
}

// releaseOwner frees everything that a dead process held; with "" it frees what
// anybody but this process held (the embedded engine is alone).
func (q *queue) releaseOwner(ctx context.Context, owner string) error {
	return q.store.SystemWrite(ctx, "free the leases of a dead worker", func(_ context.Context, tx *gorm.DB) error {
		if owner == "" {
			return tx.Exec("UPDATE deliveries SET lease_owner = '', lease_until = NULL WHERE lease_owner <> '' AND lease_owner <> ?", q.owner).Error
		}
		return tx.Exec("UPDATE deliveries SET lease_owner = '', lease_until = NULL WHERE "+mine, owner).Error
	})
}

// dueDestinations hops over the index from destination to destination, and looks for the
// oldest of each stream there.
func dueDestinations(keepOut func(account, stream string) string) string {
	return `
WITH RECURSIVE hop(destination) AS (
    SELECT (SELECT destination FROM deliveries WHERE ` + waiting + ` ORDER BY destination LIMIT 1)
    UNION ALL
    SELECT (SELECT destination FROM deliveries WHERE ` + waiting + ` AND destination > hop.destination ORDER BY destination LIMIT 1)
    FROM hop WHERE hop.destination IS NOT NULL
), due AS (
    SELECT destination, ` + dueOf("transactional", keepOut) + ` AS urgent, ` + dueOf("broadcast", keepOut) + ` AS patient FROM hop WHERE destination IS NOT NULL
)
SELECT destination AS name, urgent FROM due WHERE urgent OR patient LIMIT @limit`
}

func dueOf(stream string, keepOut func(account, stream string) string) string {
	return "COALESCE((SELECT 1 FROM deliveries d WHERE " + waiting + " AND d.destination = hop.destination AND d.stream = '" + stream +
		"' AND d.due_at <= @now AND " + free + keepOut("d.account_id", "d.stream") + " ORDER BY due_at LIMIT 1), 0) = 1"
}

// Due is a destination that has work now.
type Due struct {
	Name   string
	Urgent bool // transactional mail is among it
}

// due lists destinations with free, due deliveries.
func (q *queue) due(ctx context.Context, limit int) ([]Due, error) {
	var destinations []Due
	held, err := q.guards(ctx)
	if err != nil || held[guarded{}] {
		return nil, err
	}
	keepOut := func(string, string) string { return "" }
	if len(held) > 0 {
		keepOut = unguarded
	}
	err = q.store.SystemRead(ctx, "find destinations with due deliveries", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw(dueDestinations(keepOut), map[string]any{"now": q.store.Now(), "limit": limit}).Scan(&destinations).Error
	})
	if err != nil {
		return nil, fmt.Errorf("delivery: due destinations: %w", err)
	}
	return destinations, nil
}
