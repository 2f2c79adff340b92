package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// CheckDurability reads the settings of a live connection and fails when a
// committed transaction could be lost by a crash (F-09). The error names each
// setting, its value and the value it needs.
func (s *Store) CheckDurability(ctx context.Context) error {
	type rule struct{ setting, query, want string }
	rules := []rule{
		{"fsync", "SHOW fsync", "on"},
		{"full_page_writes", "SHOW full_page_writes", "on"},
		{"synchronous_commit", "SHOW synchronous_commit", "on"},
	}
	if s.engine == SQLite {
		rules = []rule{
			{"journal_mode", "PRAGMA journal_mode", "wal"},
			{"synchronous", "PRAGMA synchronous", "2"},
			{"foreign_keys", "PRAGMA foreign_keys", "1"},
		}
	}
	db, err := s.writerDB()
	if err != nil {
		return err
	}
	var errs []error
	for _, r := range rules {
		var got string
		if err := db.QueryRowContext(ctx, r.query).Scan(&got); err != nil {
			return fmt.Errorf("read %s: %w", r.setting, err)
		}
		if !durableEnough(r.setting, got, r.want) {
			errs = append(errs, fmt.Errorf("database setting %s is %q and must be %q: a message answered with 250 could be lost", r.setting, got, r.want))
		}
	}
	return errors.Join(errs...)
}

// durableEnough accepts stronger settings than the one required.
func durableEnough(setting, got, want string) bool {
	if setting == "synchronous_commit" && (got == "remote_write" || got == "remote_apply") {
		return true
	}
	if setting == "synchronous" && got == "3" {
		return true
	}
	return got == want
}

// ServerTime is what a database server's clock shows.
func (s *Store) ServerTime(ctx context.Context) (now time.Time, err error) {
	db, err := s.writerDB()
	if err != nil {
		return now, err
	}
	if err := db.QueryRowContext(ctx, "SELECT clock_timestamp()").Scan(&now); err != nil {
		return now, fmt.Errorf("store: read the server's clock: %w", err)
	}
	return now, nil
}

// BypassesRowSecurity reports whether the PostgreSQL role is a superuser or may
// bypass row-level security; then the second wall does not stand (M-07).
func (s *Store) BypassesRowSecurity(ctx context.Context) (bool, error) {
	if s.engine == SQLite {
		return false, nil
	}
	db, err := s.writerDB()
	if err != nil {
		return false, err
	}
	var bypass bool
	err = db.QueryRowContext(ctx, "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user").Scan(&bypass)
	if err != nil {
		return false, fmt.Errorf("store: read the role's rights: %w", err)
	}
	return bypass, nil
}
