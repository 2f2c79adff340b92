package store_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/store/storetest"
)

// A table that fills within seconds is shown to the planner long before autovacuum comes by.
func TestGrownTablesAreAnalyzed(t *testing.T) {
	t.Parallel()
	s := storetest.Postgres(t, nil)
	err := s.SystemWrite(t.Context(), "test: fill a table", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec("INSERT INTO routes (domain, destination, updated_at) SELECT 'd' || n || '.example', 'x', now() FROM generate_series(1, 2000) n").Error
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); s.KeepStatistics(ctx, slog.New(slog.DiscardHandler)) }()
	defer func() { cancel(); <-done }()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(200 * time.Millisecond) {
		var known float64
		err := s.SystemRead(t.Context(), "test: what the planner knows", func(_ context.Context, tx *gorm.DB) error {
			known = 0 // last_analyze is ours; autovacuum's own has another column
			return tx.Raw("SELECT c.reltuples FROM pg_class c JOIN pg_stat_user_tables t ON t.relid = c.oid WHERE t.relname = 'routes' AND t.last_analyze IS NOT NULL").Scan(&known).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		if known == 2000 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the planner knows of %v rows of 2000", known)
		}
	}
}
