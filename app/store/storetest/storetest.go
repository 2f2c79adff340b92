// Package storetest opens fresh databases for tests, the same suite on both engines.
package storetest

import (
	"context"
	"path/filepath"
	"testing"

	"smtpserver/app/clock"
	"smtpserver/app/store"
	"smtpserver/app/testkit/services"
)

// Each runs fn once per engine, on a fresh and migrated database.
// PostgreSQL is skipped, with the reason, where none is offered.
func Each(t *testing.T, fn func(t *testing.T, s *store.Store)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(t, SQLite(t, nil)) })
	t.Run("postgres", func(t *testing.T) { fn(t, Postgres(t, nil)) })
}

// SQLite returns a fresh, migrated database in the test's directory.
func SQLite(t testing.TB, c clock.Clock) *store.Store {
	t.Helper()
	return open(t, "sqlite:"+filepath.Join(t.TempDir(), "test.db"), c)
}

// Postgres returns a fresh, migrated database, or skips.
func Postgres(t testing.TB, c clock.Clock) *store.Store {
	t.Helper()
	return open(t, services.Postgres(t), c)
}

// On returns the migrated database at an address.
func On(t testing.TB, url string) *store.Store {
	t.Helper()
	return open(t, url, nil)
}

func open(t testing.TB, url string, c clock.Clock) *store.Store {
	t.Helper()
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{URL: url, Clock: c, MaxConns: 8})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := s.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	return s
}
