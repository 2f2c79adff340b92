package e2e

import (
	"compress/gzip"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/bench/sink"
	"smtpserver/app/store"
	"smtpserver/app/testkit/services"
)

// oldKey sealed the keys in the old databases.
const oldKey = "for the upgrade test only, forty letters"

// An installation of the first version becomes one of this version, with all that is in it:
// the ledger balances, its people sign in, its programs send, and what waited arrives, once.
func TestUpgradeFromTheFirstVersion(t *testing.T) {
	t.Parallel()
	t.Run("embedded", func(t *testing.T) {
		f := oldField(t, "sqlite")
		packed, err := os.Open(filepath.Join("testdata", "upgrade", "sqlite.db.gz"))
		f.try(err)
		defer func() { _ = packed.Close() }()
		unpacked, err := gzip.NewReader(packed)
		f.try(err)
		database, err := io.ReadAll(unpacked)
		f.try(err)
		f.try(os.WriteFile(filepath.Join(f.p.dataDir, "smtpserver.db"), database, 0o600))
		f.upgrade()
	})
	t.Run("scaled out", func(t *testing.T) {
		bin, err := services.FindPostgres()
		if err != nil {
			services.Missing(t, err.Error())
		}
		url := services.Postgres(t)
		f := oldField(t, "postgres", "DATABASE_URL="+url, "REDIS_URL="+services.Redis(t))
		cmd := exec.CommandContext(t.Context(), filepath.Join(bin, "pg_restore"), "--no-owner", "--enable-row-security", "--dbname="+url, filepath.Join("testdata", "upgrade", "postgres.dump"))
		cmd.Env = append(os.Environ(), "PGOPTIONS=-c app.system=on") // the policies of the tables ask for it
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		f.upgrade()
	})
}

// oldField is a ground for a database that is there already.
func oldField(t *testing.T, engine string, env ...string) *field {
	t.Helper()
	f := &field{t: t, record: filepath.Join(t.TempDir(), "record"), ledger: filepath.Join(t.TempDir(), "ledger"), domains: []string{"d0.bench.example"}}
	f.arrived = f.recorded
	record, err := sink.OpenRecord(f.record)
	f.try(err)
	f.sink, err = sink.Start(sink.Options{Record: record})
	f.try(err)
	t.Cleanup(func() { _ = f.sink.Close() })
	f.p = newProgram(t, append(env, "SMTPSERVER_SECRET_KEY="+oldKey, "SMTPSERVER_DELIVERY=smarthost", "SMTPSERVER_SMARTHOST_URL=smtp://"+f.sink.Addr(0))...)
	credential, err := os.ReadFile(filepath.Join("testdata", "upgrade", engine+".credential"))
	f.try(err)
	words := strings.Fields(string(credential))
	f.tenant.Username, f.tenant.Password, f.tenant.From = words[0], words[1], words[2]
	return f
}

// upgrade brings the database to this version and looks at everything that was in it.
func (f *field) upgrade() {
	f.t.Helper()
	f.wake()
	if out, err := f.p.command("verify"); err == nil || !strings.Contains(out, "migrate up") {
		f.t.Errorf("an old schema is not told: %v %s", err, out)
	}
	f.p.mustCommand("migrate", "up")
	l := f.verify()
	if len(l.Accounts) == 0 || !l.OK {
		f.t.Fatalf("verify after the upgrade: %+v", l)
	}
	f.p.start()
	f.until("what waited arrives", 60*time.Second, func() bool { return len(f.arrived()) >= 10 })

	owner := newVisitor(f.t, "http://"+f.p.web)
	home := owner.submit(owner.get("/login"), "/login", map[string]string{"email": "owner@old.test", "password": "seven quiet otters"})
	if !strings.HasPrefix(home.url.Path, "/a/") {
		f.t.Fatalf("the owner is led to %s: %s", home.url, text(home.Selection))
	}
	if list := owner.get(home.url.Path + "/messages"); list.status != 200 || !strings.Contains(text(list.Selection), "bench.example") {
		f.t.Errorf("the old messages are not shown: %s", text(list.Selection))
	}

	f.send(f.t.Context(), 10, 0) // by the old credential, signed with the old key
	l = f.settle(60 * time.Second)
	f.judge("upgraded", l)
	waited := 0
	for id, copies := range f.arrived() {
		switch {
		case strings.HasPrefix(id, "sent"):
			f.t.Errorf("%s was sent before the upgrade, and again after it", id)
		case copies != 1:
			f.t.Errorf("%s arrived %d times", id, copies)
		case strings.HasPrefix(id, "waits"):
			waited++
		}
	}
	if waited != 10 || l.Ambiguous != 0 {
		f.t.Errorf("%d of 10 that waited arrived; %d are doubtful", waited, l.Ambiguous)
	}
	delivered := 0
	for _, a := range l.Accounts {
		delivered += a.Rows["delivered"]
	}
	if delivered < 60 {
		f.t.Errorf("%d are delivered: 40 before, 10 that waited and 10 new ones", delivered)
	}
}

// wake makes the old messages as young as they were: five days after them, what waits
// expires. The old schema has these columns.
func (f *field) wake() {
	f.t.Helper()
	f.database(func(s *store.Store) {
		now := s.Now()
		for _, sql := range []string{
			"UPDATE deliveries SET due_at = ?, expires_at = ? WHERE state IN ('queued', 'deferred')",
			"UPDATE messages SET created_at = ?, expires_at = ?",
		} {
			f.try(s.SystemWrite(f.t.Context(), "make old messages young", func(_ context.Context, tx *gorm.DB) error {
				return tx.Exec(sql, now.Add(-time.Minute), now.Add(5*24*time.Hour)).Error
			}))
		}
	})
}
