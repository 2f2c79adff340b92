package main

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver of the embedded database

	"smtpserver/app/bench/load"
	"smtpserver/app/bench/report"
	"smtpserver/app/bench/sink"
	"smtpserver/app/bench/throwaway"
)

const limitTime = time.Second // for each

func limitsCommand(ctx context.Context, args []string, out, progress io.Writer) error {
	o, err := parse(args, progress, true)
	if err != nil {
		return err
	}
	limits, err := measureLimits(ctx, o.temp)
	if err != nil {
		return err
	}
	fmt.Fprint(out, (&report.Report{Began: time.Now(), Ended: time.Now(), Machine: report.Look(o.temp), Limits: limits}).Text())
	return nil
}

// measureLimits finds what no server on this machine can exceed, in the same
// run as the servers: only the ratio to these means something elsewhere.
func measureLimits(ctx context.Context, temp string) (limits []report.Limit, err error) {
	dir, err := os.MkdirTemp(temp, "limits-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	for _, m := range []struct {
		name, unit string
		measure    func() (float64, error)
	}{
		{"append of 2 KiB with fsync, one after the other", "per second", func() (float64, error) { return syncs(dir) }},
		{"SQLite, a row of 2 KiB per synced commit", "rows per second", func() (float64, error) { return commits(ctx, dir, 1) }},
		{"SQLite, a hundred rows of 2 KiB per synced commit", "rows per second", func() (float64, error) { return commits(ctx, dir, 100) }},
		{"RSA-2048 signatures in Go, one core", "per second", signatures},
		{"this load generator into this sink, clear, 20 KiB", "messages per second", func() (float64, error) { return bare(ctx, load.Clear) }},
		{"this load generator into this sink, STARTTLS, 20 KiB", "messages per second", func() (float64, error) { return bare(ctx, load.StartTLS) }},
	} {
		value, err := m.measure()
		if err != nil {
			return nil, fmt.Errorf("limit %q: %w", m.name, err)
		}
		limits = append(limits, report.Limit{Name: m.name, Value: value, Unit: m.unit})
	}
	return limits, nil
}

// repeat counts how often do succeeds per second.
func repeat(do func() error) (float64, error) {
	began, n := time.Now(), 0
	for time.Since(began) < limitTime {
		if err := do(); err != nil {
			return 0, err
		}
		n++
	}
	return float64(n) / time.Since(began).Seconds(), nil
}

func syncs(dir string) (rate float64, err error) {
	file, err := os.Create(filepath.Join(dir, "appended")) //nolint:gosec // a folder that we made
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	block := make([]byte, 2<<10)
	return repeat(func() error {
		if _, err := file.Write(block); err != nil {
			return err
		}
		return file.Sync()
	})
}

// commits uses the settings that the product's durability stands on.
func commits(ctx context.Context, dir string, rows int) (rate float64, err error) {
	path := filepath.Join(dir, fmt.Sprintf("rows%d.db", rows))
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, "CREATE TABLE messages (id INTEGER PRIMARY KEY, content BLOB NOT NULL)"); err != nil {
		return 0, err
	}
	content := make([]byte, 2<<10)
	rate, err = repeat(func() error { return insert(ctx, db, content, rows) })
	return rate * float64(rows), err
}

func insert(ctx context.Context, db *sql.DB, content []byte, rows int) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after a commit
	statement, err := tx.PrepareContext(ctx, "INSERT INTO messages (content) VALUES (?)")
	if err != nil {
		return err
	}
	defer func() { _ = statement.Close() }() // the transaction is over
	for range rows {
		if _, err := statement.ExecContext(ctx, content); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func signatures() (float64, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return 0, err
	}
	digest := sha256.Sum256([]byte("bench"))
	return repeat(func() error {
		_, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
		return err
	})
}

func bare(ctx context.Context, mode load.TLSMode) (rate float64, err error) {
	config, err := throwaway.TLS()
	if err != nil {
		return 0, err
	}
	s, err := sink.Start(sink.Options{TLS: config})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	r, err := load.Run(ctx, load.Config{Addr: s.Addr(0), TLS: mode, Connections: 20, Duration: limitTime, Size: 20 << 10, MaxFailures: 3})
	if err != nil {
		return 0, err
	}
	return r.PerSecond(), nil
}
