package e2e

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/store"
)

// While another version is brought in: a program that runs goes on beside a newer schema,
// whatever that adds to its tables, with every page and message; and only does not start
// again, and says so. So do the commands that would write.
func TestRunningOnBesideANewerSchema(t *testing.T) {
	engines(t, func(t *testing.T, env []string) {
		f := newField(t, env)
		schema := func(statements ...string) {
			t.Helper()
			f.database(func(s *store.Store) {
				for _, sql := range statements {
					f.try(s.SystemWrite(t.Context(), "test: another version", func(_ context.Context, tx *gorm.DB) error { return tx.Exec(sql).Error }))
				}
			})
		}
		pages := func(when string) {
			t.Helper()
			for _, path := range []string{"/readyz", "/", "/login", "/terms", "/pricing"} {
				for range 25 { // each connection to the database has its turn
					resp, err := http.Get("http://" + f.p.web + path)
					f.try(err)
					_ = resp.Body.Close()
					if resp.StatusCode != http.StatusOK {
						t.Fatalf("%s %s answers %d", when, path, resp.StatusCode)
					}
				}
			}
		}
		f.p.start()
		f.send(t.Context(), 40, 0)
		pages("before it")
		f.until("what was sent arrives", 60*time.Second, func() bool { return len(f.arrived()) >= 40 })
		schema(
			"ALTER TABLE messages ADD COLUMN later TEXT NOT NULL DEFAULT ''", "ALTER TABLE deliveries ADD COLUMN later TEXT NOT NULL DEFAULT ''", "ALTER TABLE accounts ADD COLUMN later TEXT NOT NULL DEFAULT ''",
			"ALTER TABLE credentials ADD COLUMN later TEXT NOT NULL DEFAULT ''", "ALTER TABLE domains ADD COLUMN later TEXT NOT NULL DEFAULT ''", "ALTER TABLE terms_versions ADD COLUMN later TEXT NOT NULL DEFAULT ''",
			"CREATE TABLE later (later_id TEXT PRIMARY KEY)", "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99990101000000, TRUE)",
		)
		f.send(t.Context(), 40, 0)
		pages("beside it")
		f.until("what was sent beside it arrives", 60*time.Second, func() bool { return len(f.arrived()) >= 80 })
		if _, err := f.p.stop(); err != nil {
			t.Errorf("it does not stop gently: %v", err)
		}
		if said := f.p.log.String(); strings.Contains(said, "level=ERROR") || strings.Contains(said, "cached plan") {
			t.Errorf("it complains:\n%s", said)
		}

		const newer = "newer than this program's"
		f.p.launch()
		select {
		case <-f.p.done:
		case <-time.After(30 * time.Second):
			t.Fatal("it goes on trying to start")
		}
		if said := f.p.log.String(); f.p.err == nil || !strings.Contains(said, newer) || !strings.Contains(said, "start the newer program") {
			t.Errorf("it ends with %v:\n%s", f.p.err, said)
		}
		for _, command := range []string{"verify", "migrate up", "mail hold --stream broadcast", "doctor"} {
			out, err := f.p.command(strings.Fields(command)...)
			if err == nil || !strings.Contains(out, newer) || !strings.Contains(out, "start the newer program") {
				t.Errorf("%s: %v, %s", command, err, out)
			}
		}
		schema("DELETE FROM goose_db_version WHERE version_id = 99990101000000", "DROP TABLE later")
		f.p.start()
		f.judge("beside a newer schema", f.settle(30*time.Second))
		if n := len(f.arrived()); n != 80 {
			t.Errorf("%d of 80 arrived", n)
		}
	})
}
