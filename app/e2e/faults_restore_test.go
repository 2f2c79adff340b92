package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"smtpserver/app/testkit/services"
)

// F-26: a backup is taken under load and restored elsewhere. The restored system passes
// verify and sends nothing again that was sent after the backup; what waits is held.
func TestF26Restore(t *testing.T) {
	t.Parallel()
	t.Run("embedded", func(t *testing.T) {
		f := newField(t, nil)
		copied := filepath.Join(t.TempDir(), "copy.db")
		f.restoreInto(func() { f.p.mustCommand("backup", copied) }, func(dir string) []string {
			f.try(os.Rename(copied, filepath.Join(dir, "smtpserver.db")))
			return nil
		})
	})
	t.Run("scaled out", func(t *testing.T) {
		bin, err := services.FindPostgres()
		if err != nil {
			services.Missing(t, err.Error())
		}
		from, to := services.Postgres(t), services.Postgres(t)
		f := newField(t, []string{"DATABASE_URL=" + from, "REDIS_URL=" + services.Redis(t)})
		copied := filepath.Join(t.TempDir(), "copy.dump")
		run := func(argv ...string) {
			t.Helper()
			cmd := exec.CommandContext(t.Context(), filepath.Join(bin, argv[0]), argv[1:]...)
			cmd.Env = append(os.Environ(), "PGOPTIONS=-c app.system=on") // the policies of the tables ask for it
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s", argv[0], err, out)
			}
		}
		f.restoreInto(func() { run("pg_dump", "--format=custom", "--enable-row-security", "--file="+copied, from) }, func(string) []string {
			run("pg_restore", "--no-owner", "--enable-row-security", "--dbname="+to, copied)
			return []string{"DATABASE_URL=" + to, "REDIS_URL=" + services.Redis(t)}
		})
	})
}

// restoreInto backs up under load, delivers everything, and then brings the backup up
// in a folder of its own.
func (f *field) restoreInto(backup func(), restore func(dir string) (env []string)) {
	t := f.t
	t.Helper()
	f.p.start()
	stop := f.load(200)
	f.until("mail flows", 20*time.Second, func() bool { return len(f.arrived()) > 50 })
	backup()
	stop()
	f.judge("the first life", f.settle(60*time.Second))
	f.p.kill()
	sent := len(f.arrived())

	dir := t.TempDir()
	key, err := os.ReadFile(filepath.Join(f.p.dataDir, "secret.key"))
	f.try(err)
	f.try(os.WriteFile(filepath.Join(dir, "secret.key"), key, 0o600))
	second := *f.p
	second.env = append(append(append([]string{}, f.p.env...), "SMTPSERVER_DATA_DIR="+dir), restore(dir)...)
	second.log, second.cmd = &lockedBuffer{}, nil
	second.cleanUp()
	out := second.mustCommand("restored")
	if !strings.Contains(out, "deliveries are held") {
		t.Errorf("restored said %s", out)
	}
	second.start()
	f.p = &second
	f.send(t.Context(), 20, 0) // new mail flows at once
	f.until("new mail arrives", 30*time.Second, func() bool { return len(f.arrived()) >= sent+20 })
	l := f.verify()
	held := 0
	for _, a := range l.Accounts {
		held += a.Rows["held"]
	}
	t.Logf("%s%d are held", out, held)
	f.judge("the second life", l)
	for id, n := range f.arrived() {
		if n > 1 {
			t.Errorf("%s was sent again after the restore", id)
		}
	}
}
