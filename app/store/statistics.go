package store

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

// statisticsEvery is how often KeepStatistics looks. Autovacuum does once a minute.
const statisticsEvery = 2 * time.Second

// KeepStatistics shows PostgreSQL's planner, until ctx ends, tables that have outgrown what
// it knows of them. A table filled within seconds counts as empty until autovacuum comes
// by, and what is planned until then (foreign keys, joins) reads all of it for each row.
// SQLite plans by rules alone here and needs nothing.
func (s *Store) KeepStatistics(ctx context.Context, log *slog.Logger) {
	if s.engine != Postgres {
		return
	}
	tick := time.NewTicker(statisticsEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := s.analyzeGrown(ctx); err != nil && ctx.Err() == nil {
			log.Warn("statistics not renewed; the next round tries again", "error", err)
		}
	}
}

// outgrown are our tables with more news than rows that the planner knows of, and enough
// of them to matter. reltuples is -1 where nobody has counted.
const outgrown = `SELECT quote_ident(c.relname) FROM pg_stat_user_tables t JOIN pg_class c ON c.oid = t.relid
	WHERE c.relowner = current_user::regrole AND t.n_mod_since_analyze > 500 + 2 * greatest(c.reltuples, 0)`

// analyzeGrown is for one process at a time; the others find nothing to do afterwards.
func (s *Store) analyzeGrown(ctx context.Context) error {
	db, err := s.writerDB()
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("store: statistics: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	var mine bool
	if err := tx.QueryRowContext(ctx, "SELECT pg_try_advisory_xact_lock(hashtext('statistics'))").Scan(&mine); err != nil || !mine {
		return err
	}
	tables, err := texts(tx.QueryContext(ctx, outgrown))
	if err != nil {
		return fmt.Errorf("store: statistics: %w", err)
	}
	for _, table := range tables {
		if _, err := tx.ExecContext(ctx, "ANALYZE "+table); err != nil {
			return fmt.Errorf("store: statistics of %s: %w", table, err)
		}
	}
	return tx.Commit()
}
