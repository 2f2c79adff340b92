package store

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	gormsqlite "gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"modernc.org/sqlite"
)

// openSQLite opens one writer and a pool of readers on the same file.
// One writer connection makes writers queue in Go, first come first served,
// instead of spinning on SQLITE_BUSY. IMMEDIATE transactions and FULL sync are
// part of the durability contract (reliability.md K13).
func (s *Store) openSQLite(path string, readers int) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	var err error
	if s.writer, err = s.dialSQLite(path, "immediate", nil, 1); err != nil {
		return err
	}
	s.reader, err = s.dialSQLite(path, "deferred", []string{"query_only(1)"}, readers)
	s.across = s.reader
	return err
}

func (s *Store) dialSQLite(path, txlock string, pragmas []string, conns int) (*gorm.DB, error) {
	q := url.Values{"_txlock": {txlock}, "_time_format": {"sqlite"}, "_timezone": {"UTC"}}
	if info, err := os.Stat(path); err != nil || info.Size() == 0 {
		// Only of a new file, before anything is written to it: of another one it changes
		// nothing, and waits for whoever writes all the time.
		pragmas = append([]string{"auto_vacuum(incremental)"}, pragmas...)
	}
	q["_pragma"] = append([]string{
		"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
		"cache_size(-16000)", "wal_autocheckpoint(2000)", "temp_store(MEMORY)",
	}, pragmas...)
	dialector := sqliteDialector{&gormsqlite.Dialector{DriverName: "sqlite", DSN: "file:" + path + "?" + q.Encode()}}
	db, err := gorm.Open(dialector, s.gormConfig())
	if err != nil {
		return nil, err
	}
	pool, err := db.DB()
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	return db, db.Use(guard{})
}

// sqliteDialector translates modernc's errors; gorm's own knows only another driver's type.
type sqliteDialector struct{ *gormsqlite.Dialector }

// Extended result codes, https://sqlite.org/rescode.html.
const (
	sqliteConstraintPrimaryKey = 1555
	sqliteConstraintUnique     = 2067
	sqliteConstraintForeignKey = 787
	sqliteConstraintTrigger    = 1811
)

func (d sqliteDialector) Translate(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() {
	case sqliteConstraintPrimaryKey, sqliteConstraintUnique:
		return gorm.ErrDuplicatedKey
	case sqliteConstraintForeignKey, sqliteConstraintTrigger:
		return gorm.ErrForeignKeyViolated
	}
	return err
}
