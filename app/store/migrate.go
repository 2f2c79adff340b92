package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"smtpserver/migrations"
)

// Migrate brings the schema up to this program's version and then secures the rows.
// On PostgreSQL a session lock lets one of several processes do it.
func (s *Store) Migrate(ctx context.Context) error {
	db, err := s.migrationDB()
	if err != nil {
		return err
	}
	p, err := s.provider(db)
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("store: migrate: %w", err)
	}
	if s.engine == Postgres {
		return s.secureRows(ctx)
	}
	return nil
}

// Schema tells where the database's schema stands.
type Schema struct {
	Current int64 // version of the newest applied migration; 0 means empty
	Known   int64 // version that this program brings
}

// Schema reads the versions.
func (s *Store) Schema(ctx context.Context) (Schema, error) {
	db, err := s.writerDB()
	if err != nil {
		return Schema{}, err
	}
	p, err := s.provider(db)
	if err != nil {
		return Schema{}, err
	}
	current, known, err := p.GetVersions(ctx)
	if err != nil {
		return Schema{}, fmt.Errorf("store: read the schema version: %w", err)
	}
	return Schema{Current: current, Known: known}, nil
}

// CheckSchema refuses an older and a newer schema, with the remedy.
func (s *Store) CheckSchema(ctx context.Context) error {
	v, err := s.Schema(ctx)
	switch {
	case err != nil:
		return err
	case v.Current < v.Known:
		return fmt.Errorf("the database schema is at version %d and this program needs %d: run `smtpserver migrate up`", v.Current, v.Known)
	case v.Current > v.Known:
		return fmt.Errorf("the database schema is at version %d, newer than this program's %d: start the newer program, an older one could damage the data", v.Current, v.Known)
	}
	return nil
}

// CheckNotNewer refuses a schema that a newer program has made.
func (s *Store) CheckNotNewer(ctx context.Context) error {
	v, err := s.Schema(ctx)
	if err == nil && v.Current > v.Known {
		err = s.CheckSchema(ctx)
	}
	return err
}

// CheckNotOlder refuses a schema that lacks what this program brings. A newer one is what a
// running program meets while another version is brought in beside it: it goes on, and only
// does not start again.
func (s *Store) CheckNotOlder(ctx context.Context) error {
	v, err := s.Schema(ctx)
	if err == nil && v.Current < v.Known {
		err = s.CheckSchema(ctx)
	}
	return err
}

func (s *Store) migrationDB() (*sql.DB, error) {
	if s.migrates != nil {
		return s.migrates, nil
	}
	return s.writerDB()
}

func (s *Store) provider(db *sql.DB) (*goose.Provider, error) {
	dialect, options := goose.DialectSQLite3, []goose.ProviderOption(nil)
	if s.engine == Postgres {
		dialect = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker()
		if err != nil {
			return nil, fmt.Errorf("store: migration lock: %w", err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	p, err := goose.NewProvider(dialect, db, dialectFS{migrations.FS, s.engine}, options...)
	if err != nil {
		return nil, fmt.Errorf("store: read migrations: %w", err)
	}
	return p, nil
}
