package store_test

import (
	"context"
	"strings"
	"testing"

	"gorm.io/gorm"

	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
)

// A program that starts needs its own schema; one that runs goes on beside a newer one,
// so that processes can be replaced one after the other.
func TestRunningBesideANewerSchema(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		version := func(sql string) {
			t.Helper()
			err := s.SystemWrite(t.Context(), "test: another version", func(_ context.Context, tx *gorm.DB) error { return tx.Exec(sql).Error })
			if err != nil {
				t.Fatal(err)
			}
		}
		want := func(check func(context.Context) error, words string) {
			t.Helper()
			if err := check(t.Context()); (err == nil) != (words == "") || err != nil && !strings.Contains(err.Error(), words) {
				t.Errorf("%v, want %q", err, words)
			}
		}
		want(s.CheckSchema, "")
		want(s.CheckNotOlder, "")
		version("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99990101000000, TRUE)")
		want(s.CheckSchema, "newer than this program's")
		want(s.CheckNotNewer, "newer than this program's")
		want(s.CheckNotOlder, "")
		version("DELETE FROM goose_db_version WHERE version_id >= (SELECT MAX(version_id) FROM goose_db_version WHERE version_id < 99990101000000)")
		want(s.CheckSchema, "run `smtpserver migrate up`")
		want(s.CheckNotOlder, "run `smtpserver migrate up`")
		want(s.CheckNotNewer, "")
	})
}
