package store_test

import (
	"context"
	"path/filepath"
	"testing"

	"gorm.io/gorm"

	"smtpserver/app/store"
)

// A command beside a server that writes all the time can open the database and read.
func TestOpeningWaitsForNoWriter(t *testing.T) {
	t.Parallel()
	url := "sqlite:" + filepath.Join(t.TempDir(), "x.db")
	open := func() *store.Store {
		s, err := store.Open(t.Context(), store.Options{URL: url, MaxConns: 2})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s
	}
	first := open()
	if err := first.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := first.SystemWrite(t.Context(), "test: write all the time", func(context.Context, *gorm.DB) error {
		beside, version := open(), 0
		return beside.SystemRead(t.Context(), "test: read beside", func(_ context.Context, tx *gorm.DB) error {
			return tx.Raw("SELECT COUNT(*) FROM accounts").Scan(&version).Error
		})
	})
	if err != nil {
		t.Error(err)
	}
	var mode int
	err = first.SystemRead(t.Context(), "test: how the file gives room back", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("PRAGMA auto_vacuum").Scan(&mode).Error
	})
	if err != nil || mode != 2 {
		t.Errorf("auto_vacuum is %d: %v", mode, err)
	}
}
