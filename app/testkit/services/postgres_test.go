package services_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"smtpserver/app/testkit/services"
)

func query(t *testing.T, url, sql string) string {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	var value string
	if err := c.QueryRow(t.Context(), sql).Scan(&value); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return value
}

func TestPostgresServer(t *testing.T) {
	t.Parallel()
	p := services.OwnPostgres(t, services.PostgresOptions{Settings: map[string]string{"max_connections": "33"}})

	for sql, want := range map[string]string{
		"SHOW fsync":              "on",
		"SHOW synchronous_commit": "on",
		"SHOW full_page_writes":   "on",
		"SHOW max_connections":    "33",
		"SELECT concat(rolsuper, rolbypassrls, rolcreatedb) FROM pg_roles WHERE rolname = current_user": "fft",
		"SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()":      "UTF8",
	} {
		if got := query(t, p.URL(""), sql); got != want {
			t.Errorf("%s = %s, want %s", sql, got, want)
		}
	}

	url, err := p.CreateDatabase(t.Context(), "one")
	if err != nil {
		t.Fatal(err)
	}
	if owner := query(t, url, "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'one'"); owner != services.AppRole {
		t.Errorf("the database belongs to %s", owner)
	}
}

func TestPostgresServerSurvivesFaults(t *testing.T) {
	t.Parallel()
	p := services.OwnPostgres(t, services.PostgresOptions{})
	ctx := t.Context()
	if err := p.Exec(ctx, "CREATE TABLE kept AS SELECT 'committed' AS n"); err != nil {
		t.Fatal(err)
	}
	kept := func(after string) {
		t.Helper()
		if got := query(t, p.AdminURL("postgres"), "SELECT n FROM kept"); got != "committed" {
			t.Errorf("after %s: %q", after, got)
		}
	}

	for name, mode := range map[string]services.ShutdownMode{"fast": services.Fast, "immediate": services.Immediate, "smart": services.Smart} {
		if err := p.Restart(ctx, mode); err != nil {
			t.Fatalf("%s restart: %v", name, err)
		}
		kept(name)
	}

	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	if c, err := pgx.Connect(ctx, p.URL("")); err == nil {
		t.Error("a killed server still answers", c.Close(ctx))
	}
	if err := p.Start(ctx); err != nil {
		t.Fatal(err)
	}
	kept("kill")

	if err := p.Pause(); err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	if c, err := pgx.Connect(short, p.URL("")); err == nil {
		t.Error("a paused server answers", c.Close(ctx))
	}
	if err := p.Resume(); err != nil {
		t.Fatal(err)
	}
	kept("pause")
}
