package delivery

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// Mail waits in SQL, and what wakes it after every fault of the queue is the workers'
// sweeper. That it lives is written down, where processes without a worker see it too.
const (
	sweptValue = "swept_at" // name in instance_values
	sweptEvery = 10 * time.Second
	// SweptLately is how old the last sweep is at most while a worker runs.
	SweptLately = time.Minute
)

// Swept notes that due work was looked for. One call at a time.
func (e *Engine) Swept(ctx context.Context) error {
	now := e.queue.store.Now()
	if now.Sub(e.swept) < sweptEvery {
		return nil
	}
	err := e.queue.store.SystemWrite(ctx, "note that a sweeper lives", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec("INSERT INTO instance_values (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
			sweptValue, now.UTC().Format(time.RFC3339)).Error
	})
	if err != nil {
		return fmt.Errorf("delivery: note a sweep: %w", err)
	}
	e.swept = now
	return nil
}

// LastSwept is when a worker last looked for due work, to some seconds; zero when none ever has.
func (b *Board) LastSwept(ctx context.Context) (at time.Time, err error) {
	var text string
	err = b.queue.store.SystemRead(ctx, "when a sweeper lived last", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT value FROM instance_values WHERE name = ?", sweptValue).Scan(&text).Error
	})
	if err == nil && text != "" {
		at, err = time.Parse(time.RFC3339, text)
	}
	if err != nil {
		return at, fmt.Errorf("delivery: the last sweep: %w", err)
	}
	return at, nil
}
