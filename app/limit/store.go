package limit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"smtpserver/app/store"
)

type row struct {
	Bucket    string `gorm:"primaryKey"`
	StartedAt time.Time
	Hits      int64
	Previous  int64
}

// TableName implements gorm's Tabler.
func (row) TableName() string { return "rate_windows" }

// find reads a bucket without locking it; an unknown one is empty.
func (l *Limiter) find(ctx context.Context, name string, start time.Time) (row, error) {
	w := row{Bucket: name, StartedAt: start}
	err := l.store.GlobalRead(ctx, func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("bucket = ?", name).Take(&w).Error
	})
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return row{}, fmt.Errorf("limit: look: %w", err)
	}
	return w, nil
}

// change loads the bucket's row, locked, in the window of now, and stores it when
// the function says so.
func (l *Limiter) change(ctx context.Context, bucket string, window time.Duration, fn func(*row, time.Time) bool) error {
	name, err := l.name(bucket)
	if err != nil {
		return err
	}
	now := l.store.Now()
	err = l.store.GlobalWrite(ctx, func(_ context.Context, tx *gorm.DB) error {
		// Made first, so that two processes lock the same row instead of racing to insert it.
		fresh := row{Bucket: name, StartedAt: now.Truncate(window)}
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&fresh).Error; err != nil {
			return err
		}
		var w row
		if err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("bucket = ?", name).Take(&w).Error; err != nil {
			return err
		}
		w.slide(now, window)
		if !fn(&w, now) {
			return nil
		}
		return tx.Model(&row{}).Where("bucket = ?", name).
			Updates(map[string]any{"started_at": w.StartedAt, "hits": w.Hits, "previous": w.Previous}).Error
	})
	if err != nil {
		return fmt.Errorf("limit: count: %w", err)
	}
	return nil
}

// longest is more than twice the longest window in use.
const longest = 72 * time.Hour

// Sweep forgets buckets that no limit remembers any more.
func (l *Limiter) Sweep(ctx context.Context) error {
	err := l.store.GlobalWrite(ctx, func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("started_at < ?", l.store.Now().Add(-longest)).Delete(&row{}).Error
	})
	if err != nil {
		return fmt.Errorf("limit: sweep: %w", err)
	}
	return nil
}
