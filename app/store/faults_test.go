package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gorm.io/gorm"

	"smtpserver/app/store"
	"smtpserver/app/testkit/services"
)

// F-09: a database that may lose a commit is refused, and the error names the setting.
func TestF09DurabilityIsDemanded(t *testing.T) {
	t.Parallel()
	for _, setting := range []string{"fsync", "full_page_writes", "synchronous_commit"} {
		t.Run(setting, func(t *testing.T) {
			t.Parallel()
			pg := services.OwnPostgres(t, services.PostgresOptions{Settings: map[string]string{setting: "off"}})
			s, err := store.Open(t.Context(), store.Options{URL: pg.URL("")})
			if err == nil || !strings.Contains(err.Error(), setting) {
				t.Errorf("opened with %s off: %v", setting, err)
			}
			if s != nil {
				_ = s.Close()
			}
		})
	}
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		s, err := store.Open(t.Context(), store.Options{URL: "sqlite:" + filepath.Join(t.TempDir(), "test.db")})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		if err := s.CheckDurability(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// F-22: twenty writers in this process, a writer in another, and a reader that looks at
// one moment all the while: nobody is told that the database is locked, and the log of
// the database is folded back when the reader is gone.
func TestF22SQLiteUnderPressure(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	opened := func() *store.Store {
		s, err := store.Open(t.Context(), store.Options{URL: "sqlite:" + path})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		return s
	}
	s, other := opened(), opened() // its own connections, as another process has
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	write := func(s *store.Store, writer, i int) error {
		return s.SystemWrite(t.Context(), "test: write", func(_ context.Context, tx *gorm.DB) error {
			var n int
			if err := tx.Raw("SELECT count(*) FROM instance_values WHERE name = ?", fmt.Sprint(writer)).Scan(&n).Error; err != nil {
				return err
			}
			return tx.Exec("INSERT INTO instance_values (name, value) VALUES (?, ?)", fmt.Sprintf("%d-%d", writer, i), strings.Repeat("x", 20_000)).Error
		})
	}
	release, reading := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		err := s.SystemSnapshot(t.Context(), "look for a long time", func(_ context.Context, tx *gorm.DB) error {
			var before, after int
			err := tx.Raw("SELECT count(*) FROM instance_values").Scan(&before).Error
			close(reading)
			<-release
			if err := tx.Raw("SELECT count(*) FROM instance_values").Scan(&after).Error; err != nil {
				return err
			}
			if before != after {
				t.Errorf("the reader saw %d and then %d rows", before, after)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-reading
	const perWriter = 30
	var writers sync.WaitGroup
	for w := range 21 {
		writers.Go(func() {
			into := s
			if w == 20 {
				into = other
			}
			for i := range perWriter {
				if err := write(into, w, i); err != nil {
					t.Errorf("writer %d: %v", w, err)
					return
				}
			}
		})
	}
	writers.Wait()
	close(release)
	all.Wait()
	var rows int
	for i := range 200 { // what folds the log back
		if err := write(s, 99, i); err != nil {
			t.Fatal(err)
		}
	}
	err := s.SystemRead(t.Context(), "test: count", func(_ context.Context, tx *gorm.DB) error {
		return tx.Raw("SELECT count(*) FROM instance_values WHERE name LIKE '%-%'").Scan(&rows).Error
	})
	if err != nil || rows < 21*perWriter+200 {
		t.Errorf("%d rows, %v", rows, err)
	}
	info, err := os.Stat(path + "-wal")
	if err != nil || info.Size() > 64<<20 {
		t.Errorf("the log has %d octets, %v", info.Size(), err)
	}
}
