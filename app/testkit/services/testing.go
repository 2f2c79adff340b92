package services

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// The variables by which `make test` tells tests what it prepared.
const (
	EnvPostgres      = "TEST_POSTGRES_URL"       // as AppRole; tests make their own databases
	EnvPostgresAdmin = "TEST_POSTGRES_ADMIN_URL" // as the superuser
	EnvRedis         = "TEST_REDIS_URL"
	EnvChromium      = "TEST_CHROMIUM"         // path of the browser
	EnvNodeModules   = "TEST_NODE_MODULES"     // folder that holds nodemailer and axe-core
	EnvPython        = "TEST_PYTHON"           // a python3 that has dkimpy
	EnvStripeMock    = "TEST_STRIPE_MOCK"      // path of Stripe's own mock of its API
	EnvReport        = "TEST_REPORT"           // file that Report appends to
	EnvRequire       = "TEST_REQUIRE_SERVICES" // 1: what is missing fails instead of being skipped
	EnvFaults        = "TEST_FAULTS"           // long: fault tests make more of each fault (`make faults`)
)

// Postgres returns the URL of an empty database made for this test and dropped
// after it, or skips.
func Postgres(t testing.TB) string {
	t.Helper()
	base := FromEnv(t, EnvPostgres)
	name := "test_" + strings.ToLower(rand.Text())
	quoted := pgx.Identifier{name}.Sanitize()
	if err := execAll(t.Context(), base, "CREATE DATABASE "+quoted); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // t.Context() has ended by now
		var err error
		for range 20 { // autovacuum at work in it is not ours to end, and is soon done
			if err = execAll(context.Background(), base, "DROP DATABASE "+quoted+" WITH (FORCE)"); err == nil {
				return
			}
			time.Sleep(250 * time.Millisecond)
		}
		t.Error(err)
	})
	return withPath(t, base, name)
}

// Redis returns the URL of a database of the shared server that only this test
// uses, emptied before and after, or skips.
func Redis(t testing.TB) string {
	t.Helper()
	base := FromEnv(t, EnvRedis)
	u, err := url.Parse(base)
	if err != nil {
		t.Fatalf("%s: %v", EnvRedis, err)
	}
	// Test programs run side by side: the server itself hands out the numbers.
	reply, err := redisDo(t.Context(), u.Host, "INCR testkit:database")
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(reply)
	if err != nil {
		t.Fatalf("redis INCR answered %q", reply)
	}
	number := strconv.Itoa(1 + (n-1)%(redisDatabases-1))
	empty := func() {
		if _, err := redisDo(context.Background(), u.Host, "SELECT "+number, "FLUSHDB"); err != nil {
			t.Error(err)
		}
	}
	empty()
	t.Cleanup(empty)
	return withPath(t, base, number)
}

// OwnPostgres starts a server that this test may break, or skips.
func OwnPostgres(t testing.TB, o PostgresOptions) *PostgresServer {
	t.Helper()
	p, err := StartPostgres(t.Context(), o)
	usable(t, err)
	t.Cleanup(func() { stop(t, p.Stop) })
	return p
}

// OwnRedis starts a server that this test may break, or skips.
func OwnRedis(t testing.TB, o RedisOptions) *RedisServer {
	t.Helper()
	r, err := StartRedis(t.Context(), o)
	usable(t, err)
	t.Cleanup(func() { stop(t, r.Stop) })
	return r
}

// Chromium returns the path of the browser, or skips.
func Chromium(t testing.TB) string {
	t.Helper()
	path, err := FindChromium()
	usable(t, err)
	return path
}

// Program returns the path of a program that comes with a Debian package, or skips.
func Program(t testing.TB, name, debianPackage string) string {
	t.Helper()
	path, err := Find(name)
	if err != nil {
		err = fmt.Errorf("%w (Debian package: %s)", err, debianPackage)
	}
	usable(t, err)
	return path
}

// FromEnv returns what `make test` put into the variable, or skips.
func FromEnv(t testing.TB, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		Missing(t, name+" is not set")
	}
	return value
}

// Missing skips the test for a reason, or fails it where everything must be there.
func Missing(t testing.TB, reason string) {
	t.Helper()
	if os.Getenv(EnvRequire) == "1" {
		t.Fatalf("%s, and %s=1 forbids skipping", reason, EnvRequire)
	}
	t.Skipf("%s: `make test` prepares it", reason)
}

// Report hands the reader of `make test` a table or a figure, which go test
// would swallow for a test that passes. It is logged as well.
func Report(t testing.TB, title, text string) {
	t.Helper()
	t.Logf("%s\n%s", title, text)
	path := os.Getenv(EnvReport)
	if path == "" {
		return
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	_, err = fmt.Fprintf(f, "\n%s (%s)\n%s\n", title, t.Name(), strings.TrimRight(text, "\n"))
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

func usable(t testing.TB, err error) {
	t.Helper()
	switch {
	case errors.Is(err, ErrNotInstalled):
		Missing(t, err.Error())
	case err != nil:
		t.Fatal(err)
	}
}

func stop(t testing.TB, stop func() error) {
	t.Helper()
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func withPath(t testing.TB, base, path string) string {
	t.Helper()
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + path
	return u.String()
}
