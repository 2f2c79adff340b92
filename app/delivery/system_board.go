package delivery

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/message"
)

// Queue is what waits for one destination.
type Queue struct {
	Destination string
	Waiting     int64     // at most MostCounted + 1
	Standing    *Standing `gorm:"-"` // nil: nothing is wrong
}

// Bounds of what staff see: it must stay quick when a million messages wait.
const (
	MostCounted  = 10_000
	mostQueues   = 200
	mostToSearch = 5_000 // destinations looked at to find those with most
)

// Queues lists destinations with waiting mail, those in trouble first, then those with
// most waiting. Beyond so many destinations only a part is looked at.
func (b *Board) Queues(ctx context.Context) (list []Queue, err error) {
	troubled, err := b.All(ctx)
	if err != nil {
		return nil, err
	}
	standing := map[string]*Standing{}
	for i := range troubled {
		standing[troubled[i].Destination] = &troubled[i]
	}
	err = b.queue.store.SystemRead(ctx, "list what waits, by destination", func(_ context.Context, tx *gorm.DB) error {
		list = nil
		return tx.Raw(waitingByDestination, mostToSearch, MostCounted+1, mostQueues).Scan(&list).Error
	})
	if err != nil {
		return nil, fmt.Errorf("delivery: queues: %w", err)
	}
	var first, rest []Queue
	for _, q := range list {
		if q.Standing = standing[q.Destination]; q.Standing != nil {
			delete(standing, q.Destination)
			first = append(first, q)
		} else {
			rest = append(rest, q)
		}
	}
	for _, s := range troubled {
		if standing[s.Destination] != nil {
			first = append(first, Queue{Destination: s.Destination, Standing: standing[s.Destination]})
		}
	}
	return append(first, rest...), nil
}

// waitingByDestination walks the index of waiting deliveries from one destination to the
// next, and counts of each no more than is shown.
const waitingByDestination = `WITH RECURSIVE names (destination, n) AS (
	SELECT * FROM (SELECT destination, 1 FROM deliveries WHERE state IN ('queued', 'deferred') ORDER BY destination LIMIT 1) AS head
	UNION ALL
	SELECT (SELECT d.destination FROM deliveries d WHERE d.state IN ('queued', 'deferred') AND d.destination > names.destination ORDER BY d.destination LIMIT 1), n + 1
	FROM names WHERE destination IS NOT NULL AND n < ?)
SELECT destination, (SELECT COUNT(*) FROM (SELECT 1 FROM deliveries d WHERE d.destination = names.destination AND d.state IN ('queued', 'deferred') LIMIT ?) AS part) AS waiting
FROM names WHERE destination IS NOT NULL ORDER BY waiting DESC LIMIT ?`

// Queue returns what waits for one destination.
func (b *Board) Queue(ctx context.Context, destination string) (q Queue, err error) {
	q.Destination = destination
	err = b.queue.store.SystemRead(ctx, "count what waits for a destination", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT COUNT(*) FROM (SELECT 1 FROM deliveries WHERE destination = ? AND state IN ('queued', 'deferred') LIMIT ?) AS part", destination, MostCounted+1).Scan(&q.Waiting).Error
	})
	if err != nil {
		return q, fmt.Errorf("delivery: queue: %w", err)
	}
	s, found, err := b.Standing(ctx, destination)
	if found && s.State != Open {
		q.Standing = &s
	}
	return q, err
}

// Oldest is the delivery that waits longest of those that are due, by the moment its
// message was accepted, and why.
type Oldest struct {
	message.Delivery
	Account string
	Why     string // "" when it is about to be tried
}

// Oldest is nil when nothing waits.
func (b *Board) Oldest(ctx context.Context) (*Oldest, error) {
	var found []Oldest
	err := b.queue.store.SystemRead(ctx, "find the delivery that waits longest", func(_ context.Context, tx *gorm.DB) error {
		found = nil
		return tx.Raw(oldestWaiting, b.queue.store.Now()).Scan(&found).Error
	})
	if err != nil || len(found) == 0 {
		return nil, wrapBoard("oldest", err)
	}
	o := &found[0]
	o.Why, err = b.Waits(ctx, o.Delivery)
	return o, err
}

// oldestWaiting goes by deliveries_oldest: ids are in the order of time. The account comes
// afterwards, or PostgreSQL would ask each account for all that waits.
const oldestWaiting = `SELECT d.*, a.name AS account
	FROM (SELECT * FROM deliveries WHERE state IN ('queued', 'deferred') AND ` + message.OverAll + ` AND created_at <= ? ORDER BY delivery_id LIMIT 1) AS d
	JOIN accounts a ON a.account_id = d.account_id`

func wrapBoard(step string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("delivery: %s: %w", step, err)
}
