package services_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smtpserver/app/testkit/services"
)

// The shared helpers are tested against servers of our own, so that this runs
// without `make test` too. No t.Parallel: the environment is the process's.
func TestPostgresGivesEachTestItsOwn(t *testing.T) {
	p := services.OwnPostgres(t, services.PostgresOptions{})
	t.Setenv(services.EnvPostgres, p.URL(""))
	var first string
	t.Run("first", func(t *testing.T) {
		first = services.Postgres(t)
		if other := services.Postgres(t); other == first {
			t.Error("two calls gave one database")
		}
		if got := query(t, first, "SELECT current_user"); got != services.AppRole {
			t.Errorf("the test connects as %s", got)
		}
	})
	left := query(t, p.AdminURL("postgres"), "SELECT count(*)::text FROM pg_database WHERE datname LIKE 'test\\_%'")
	if left != "0" {
		t.Errorf("%s databases were left behind", left)
	}
}

func TestRedisGivesEachTestItsOwn(t *testing.T) {
	r := services.OwnRedis(t, services.RedisOptions{})
	t.Setenv(services.EnvRedis, r.URL())
	t.Run("writes", func(t *testing.T) {
		one, two := services.Redis(t), services.Redis(t)
		if one == two || strings.HasSuffix(one, "/0") {
			t.Errorf("databases %s and %s are not apart", one, two)
		}
		do(t, r, "OK", "SELECT "+filepath.Base(one), "SET key value")
		do(t, r, "0", "SELECT "+filepath.Base(two), "EXISTS key")
	})
	do(t, r, "0", "SELECT 1", "DBSIZE")
}

// outcome runs fn as a test and tells how it ended.
type outcome struct {
	testing.TB
	verdict, reason string
}

func (o *outcome) Helper() {}
func (o *outcome) Skipf(format string, args ...any) {
	o.end("skip", format, args)
}
func (o *outcome) Fatalf(format string, args ...any) {
	o.end("fail", format, args)
}
func (o *outcome) end(verdict, format string, _ []any) {
	o.verdict, o.reason = verdict, format
	panic(o)
}

func TestMissingSkipsOrFails(t *testing.T) {
	for require, want := range map[string]string{"": "skip", "1": "fail"} {
		t.Setenv(services.EnvRequire, require)
		t.Setenv(services.EnvPostgres, "")
		o := &outcome{TB: t}
		func() {
			defer func() { _ = recover() }()
			services.Postgres(o)
		}()
		if o.verdict != want || o.reason == "" {
			t.Errorf("with %s=%q the test's verdict is %q, want %q", services.EnvRequire, require, o.verdict, want)
		}
	}
}

func TestReportReachesTheRunner(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report")
	t.Setenv(services.EnvReport, path)
	services.Report(t, "Clients", "swaks  ok\n")
	services.Report(t, "Speed", "600 messages/s")
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := "\nClients (TestReportReachesTheRunner)\nswaks  ok\n\nSpeed (TestReportReachesTheRunner)\n600 messages/s\n"
	if string(got) != want {
		t.Errorf("report is %q, want %q", got, want)
	}
}

func TestFindChromiumRefusesAWrongSetting(t *testing.T) {
	t.Setenv(services.EnvChromium, filepath.Join(t.TempDir(), "none"))
	if path, err := services.FindChromium(); err == nil {
		t.Errorf("found %s", path)
	}
}
