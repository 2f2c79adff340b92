package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"smtpserver/app/clock"
)

// Engine names a database engine.
type Engine string

// The two engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Options says which database to open.
type Options struct {
	URL      string // sqlite:PATH or postgres://…
	Clock    clock.Clock
	MaxConns int // PostgreSQL pool, and SQLite readers; 0 means 20
	// AllowUnsafe lets a database that may lose committed data be used (tests of the check itself).
	AllowUnsafe bool
}

// Store is an open database. Safe for concurrent use.
type Store struct {
	engine Engine
	writer *gorm.DB
	reader *gorm.DB // SQLite: a read-only pool; PostgreSQL: the same as writer
	across *gorm.DB // for reads across accounts; SQLite: the same as reader
	clock  clock.Clock
	pulse  pulse // PostgreSQL

	migrates *sql.DB // PostgreSQL: connections that migrations run on
}

// Open connects, checks that a commit is durable there (F-09), and installs the Guard.
// It does not migrate: see Migrate and CheckSchema.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Clock == nil {
		o.Clock = clock.System
	}
	if o.MaxConns == 0 {
		o.MaxConns = 20
	}
	s := &Store{clock: o.Clock}
	var err error
	switch {
	case strings.HasPrefix(o.URL, "sqlite:"):
		s.engine = SQLite
		err = s.openSQLite(strings.TrimPrefix(o.URL, "sqlite:"), o.MaxConns)
	case strings.HasPrefix(o.URL, "postgres://"), strings.HasPrefix(o.URL, "postgresql://"):
		s.engine = Postgres
		err = s.openPostgres(o.URL, o.MaxConns)
	default:
		return nil, fmt.Errorf("store: DATABASE_URL must be sqlite or start with postgres://")
	}
	if err == nil {
		err = s.waitUntilReachable(ctx)
	}
	if err == nil && !o.AllowUnsafe {
		err = s.CheckDurability(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("store: open %s: %w", s.engine, redact(err, o.URL)), s.Close())
	}
	return s, nil
}

// Engine says which engine it is.
func (s *Store) Engine() Engine { return s.engine }

// Now is the store's clock, at the precision both engines keep (1 µs).
func (s *Store) Now() time.Time { return s.clock.Now().Truncate(time.Microsecond) }

// Close ends all connections.
func (s *Store) Close() error {
	var errs []error
	if s.pulse.db != nil {
		errs = append(errs, s.pulse.db.Close())
	}
	if s.migrates != nil {
		errs = append(errs, s.migrates.Close())
	}
	for _, db := range []*gorm.DB{s.writer, s.reader, s.across} {
		if db == nil {
			continue
		}
		if sqlDB, err := db.DB(); err == nil {
			errs = append(errs, sqlDB.Close()) // again is no error
		}
	}
	return errors.Join(errs...)
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	db, err := s.writerDB()
	if err != nil {
		return err
	}
	return db.PingContext(ctx)
}

func (s *Store) writerDB() (*sql.DB, error) {
	db, err := s.writer.DB()
	if err != nil {
		return nil, fmt.Errorf("store: pool: %w", err)
	}
	return db, nil
}

// ErrUnreachable is a database server that does not answer.
var ErrUnreachable = errors.New("no answer")

// waitUntilReachable gives a database that starts beside us up to ten seconds (F-04).
func (s *Store) waitUntilReachable(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for {
		err := s.Ping(ctx)
		if err == nil || s.engine == SQLite {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w within 10 s: %w", ErrUnreachable, err)
		case <-time.After(250 * time.Millisecond):
		}
	}
}

func (s *Store) gormConfig() *gorm.Config {
	return &gorm.Config{
		SkipDefaultTransaction: true, // every statement already runs in a transaction of ours
		TranslateError:         true,
		DisableAutomaticPing:   true, // waitUntilReachable asks, and gives the server time
		Logger:                 logger.Discard,
		NowFunc:                s.Now,
	}
}

// redact keeps the password of a database URL out of errors and logs.
func redact(err error, rawURL string) error {
	u, parseErr := url.Parse(rawURL)
	if err == nil || parseErr != nil || u.User == nil {
		return err
	}
	if password, ok := u.User.Password(); ok && password != "" && strings.Contains(err.Error(), password) {
		return errors.New(strings.ReplaceAll(err.Error(), password, "***"))
	}
	return err
}
