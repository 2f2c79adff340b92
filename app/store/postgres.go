package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	gormpostgres "gorm.io/driver/postgres"
	"gorm.io/gorm"
)

// openPostgres opens two pools. Statements time out, so that a held lock or a
// silent server gives a 451 in seconds instead of a hang of minutes (F-21).
func (s *Store) openPostgres(o Options) error {
	cfg, err := pgx.ParseConfig(o.URL)
	if err != nil {
		return err
	}
	longest, conns := "30s", o.MaxConns
	if o.Patient {
		longest = "0"
	}
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = 5 * time.Second
	}
	for name, value := range map[string]string{
		"application_name":                    "smtpserver",
		"timezone":                            "UTC",
		"statement_timeout":                   longest,
		"lock_timeout":                        "5s",
		"idle_in_transaction_session_timeout": "60s",
		"jit":                                 "off", // compiling a plan takes longer than any page may
	} {
		if _, set := cfg.RuntimeParams[name]; !set {
			cfg.RuntimeParams[name] = value
		}
	}
	if s.writer, err = s.dialPostgres(cfg, max(conns-conns/3, 1)); err != nil {
		return err
	}
	s.reader = s.writer
	// What reads across accounts needs no transaction to announce itself in: its
	// connections are for nothing else, and cannot write.
	looking := cfg.Copy()
	looking.RuntimeParams["app.system"] = "on"
	looking.RuntimeParams["default_transaction_read_only"] = "on"
	s.across, err = s.dialPostgres(looking, max(conns/3, 1))
	s.pulse.db = stdlib.OpenDB(*cfg) // connects when it is wanted
	s.pulse.db.SetMaxOpenConns(1)
	s.pulse.db.SetConnMaxIdleTime(time.Minute)
	s.migrates = stdlib.OpenDB(*migrating(cfg)) // likewise
	s.migrates.SetConnMaxIdleTime(time.Second)
	return err
}

// migrating is how migrations connect. They see every row, which row-level security would
// hide from them without a word; and they take the time that a large table takes, but do not
// hold others up while they wait for a lock.
func migrating(cfg *pgx.ConnConfig) *pgx.ConnConfig {
	own := cfg.Copy()
	own.RuntimeParams["app.system"] = "on"
	own.RuntimeParams["statement_timeout"] = "0"
	return own
}

func (s *Store) dialPostgres(cfg *pgx.ConnConfig, conns int) (*gorm.DB, error) {
	pool := stdlib.OpenDB(*cfg)
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	dialector := &gormpostgres.Dialector{Config: &gormpostgres.Config{Conn: replanning{pool}}}
	db, err := gorm.Open(lazyPostgres{dialector}, s.gormConfig())
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return db, db.Use(guard{})
}

// lazyPostgres is the driver's dialector; the type exists to give it our error translation.
type lazyPostgres struct{ *gormpostgres.Dialector }

func (d lazyPostgres) Translate(err error) error {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code {
	case "23505":
		return gorm.ErrDuplicatedKey
	case "23503", "23514":
		return gorm.ErrForeignKeyViolated
	}
	return err
}

// mayRetry reports whether PostgreSQL rolled the transaction back for a reason
// that another try can heal: serialization failure or deadlock.
func mayRetry(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01")
}

// secureRows puts row-level security on every table that has an account_id, so
// that no migration can forget it (M-07). FORCE binds the table's owner too.
func (s *Store) secureRows(ctx context.Context) error {
	db, err := s.writerDB()
	if err != nil {
		return err
	}
	unsecured, err := texts(db.QueryContext(ctx, unsecuredTables))
	if err != nil {
		return fmt.Errorf("store: row-level security: %w", err)
	}
	for _, table := range unsecured { // one at a time: each waits for the table's users
		if _, err := db.ExecContext(ctx, strings.ReplaceAll(secureTable, "@table", pgx.Identifier{table}.Sanitize())); err != nil {
			return fmt.Errorf("store: row-level security of %s: %w", table, err)
		}
	}
	return nil
}

// texts reads the one column of a query's rows.
func texts(rows *sql.Rows, err error) (all []string, _ error) {
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Err tells
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		all = append(all, text)
	}
	return all, rows.Err()
}

// unsecuredTables have no policy, or one that reads the settings again for each row.
const unsecuredTables = `SELECT c.table_name
	FROM information_schema.columns c JOIN information_schema.tables b USING (table_schema, table_name)
	LEFT JOIN pg_policies p ON p.schemaname = c.table_schema AND p.tablename = c.table_name AND p.policyname = 'one_account'
	WHERE c.table_schema = current_schema() AND c.column_name = 'account_id' AND b.table_type = 'BASE TABLE'
	AND (p.policyname IS NULL OR p.qual NOT LIKE '%SELECT%') ORDER BY 1`

// The settings are read once for a statement, by sub-selects. Read for each row they cost
// more than most rows do, and PostgreSQL takes them to let one row in two hundred through:
// it then sorts whole tables where an index would have given the first page at once.
// nullif: after a commit the setting is ” rather than unset.
const secureTable = `DO $do$ BEGIN
	ALTER TABLE @table ENABLE ROW LEVEL SECURITY;
	ALTER TABLE @table FORCE ROW LEVEL SECURITY;
	DROP POLICY IF EXISTS one_account ON @table;
	CREATE POLICY one_account ON @table
		USING (account_id = (SELECT nullif(current_setting('app.account_id', true), '')) OR (SELECT current_setting('app.system', true) = 'on'))
		WITH CHECK (account_id = nullif(current_setting('app.account_id', true), '') OR current_setting('app.system', true) = 'on');
END $do$`
