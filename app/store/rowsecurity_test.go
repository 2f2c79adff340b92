package store_test

import (
	"database/sql"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"

	"smtpserver/app/store"
	"smtpserver/app/testkit/services"
)

// M-07: with the Guard out of the way, PostgreSQL itself keeps accounts apart.
func TestM07RowSecurityStandsAlone(t *testing.T) {
	url := services.Postgres(t)
	s, err := store.Open(t.Context(), store.Options{URL: url, MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if bypass, err := s.BypassesRowSecurity(t.Context()); err != nil || bypass {
		t.Fatalf("the test's role bypasses row-level security: %v, %v", bypass, err)
	}
	a, b := twoAccounts(t, s)
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	count := func(setting, value string) (n int) {
		t.Helper()
		tx, err := db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = tx.Rollback() }()
		if setting != "" {
			if _, err := tx.Exec("SELECT set_config($1, $2, true)", setting, value); err != nil {
				t.Fatal(err)
			}
		}
		if err := tx.QueryRow("SELECT count(*) FROM suppressions").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	// On one connection and often enough that its prepared statement gets a plan for all values.
	db.SetMaxOpenConns(1)
	for range 12 {
		for _, c := range []struct {
			setting, value string
			want           int
		}{{"", "", 0}, {"app.account_id", string(a), 1}, {"app.account_id", "nobody", 0}, {"app.system", "on", 2}, {"", "", 0}} {
			if got := count(c.setting, c.value); got != c.want {
				t.Errorf("%s=%s shows %d rows, want %d", c.setting, c.value, got, c.want)
			}
		}
	}
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.Exec("SELECT set_config('app.account_id', $1, true)", string(a)); err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec("INSERT INTO suppressions (account_id, stream, address, reason, created_at) VALUES ($1, 'broadcast', 'x', '', now())", string(b)); err == nil {
		t.Error("A wrote a row of B")
	}
}

// Every table with an account is forced through the policy, whoever owns it.
func TestM07NoTableIsForgotten(t *testing.T) {
	url := services.Postgres(t)
	s, err := store.Open(t.Context(), store.Options{URL: url, MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	rows, err := db.Query(`SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE c.relkind = 'r' AND a.attname = 'account_id' AND c.relnamespace = current_schema()::regnamespace`)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	tables := 0
	for rows.Next() {
		var name string
		var forced bool
		if err := rows.Scan(&name, &forced); err != nil {
			t.Fatal(err)
		}
		if tables++; !forced {
			t.Errorf("table %s is not forced through row-level security", name)
		}
	}
	if err := rows.Err(); err != nil || tables < 12 {
		t.Errorf("%d tables, %v", tables, err)
	}
}

// The policies of older programs, which read the settings for each row, become today's.
func TestM07OldPoliciesAreRenewed(t *testing.T) {
	url := services.Postgres(t)
	s, err := store.Open(t.Context(), store.Options{URL: url, MaxConns: 4})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for range 2 {
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		var policies, old int
		if err := db.QueryRow("SELECT count(*), count(*) FILTER (WHERE qual NOT LIKE '%SELECT%') FROM pg_policies").Scan(&policies, &old); err != nil || old > 0 || policies < 12 {
			t.Fatalf("%d policies, %d of them old, %v", policies, old, err)
		}
		if _, err := db.Exec("ALTER POLICY one_account ON deliveries USING (account_id = nullif(current_setting('app.account_id', true), '') OR current_setting('app.system', true) = 'on')"); err != nil {
			t.Fatal(err)
		}
	}
}
