package store

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/testkit/services"
)

// What migrations move on the way from the first version, they move whole: on PostgreSQL
// row-level security would hide the rows of accounts from them. And what they missed when an
// older program ran them is found.
func TestMigrationsSeeEveryRow(t *testing.T) {
	t.Parallel()
	const first, topics, missed = 20261123220000, 20261126200400, 20261126300600
	for name, way := range map[string]struct {
		url     func(t *testing.T) string
		unaware bool // the migrations up to missed are an older program's
	}{
		"sqlite":                        {func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "test.db") }, false},
		"postgres":                      {func(t *testing.T) string { return services.Postgres(t) }, false},
		"postgres, by an older program": {func(t *testing.T) string { return services.Postgres(t) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := Open(t.Context(), Options{URL: way.url(t), MaxConns: 4})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			must := func(err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
			}
			upTo := func(version int64) {
				t.Helper()
				connect := s.migrationDB
				if way.unaware {
					connect = s.writerDB
				}
				db, err := connect()
				must(err)
				p, err := s.provider(db)
				must(err)
				_, err = p.UpTo(t.Context(), version)
				must(err)
				if s.engine == Postgres {
					must(s.secureRows(t.Context()))
				}
			}
			now := time.Date(2026, 11, 20, 23, 30, 0, 0, time.UTC)
			exec := func(sql string, args ...any) {
				t.Helper()
				must(s.run(t.Context(), pass{kind: system}, false, func(_ context.Context, tx *gorm.DB) error { return tx.Exec(sql, args...).Error }))
			}
			found := func(sql string) (n int64) {
				t.Helper()
				must(s.SystemRead(t.Context(), "test", func(_ context.Context, tx *gorm.DB) error { return tx.Raw(sql).Scan(&n).Error }))
				return n
			}
			upTo(first)
			exec("INSERT INTO users (user_id, email, email_key, name, password_hash, staff, theme, password_changed_at, created_at) VALUES ('u', 'u', 'u', 'U', '!', ?, 'system', ?, ?)", false, now, now)
			exec("INSERT INTO accounts (account_id, slug, name, kind, state, created_at, updated_at) VALUES ('a', 'a', 'A', 'business', 'active', ?, ?)", now, now)
			exec("INSERT INTO members (account_id, user_id, role, created_at) VALUES ('a', 'u', 'owner', ?)", now)
			exec(`INSERT INTO domains (account_id, domain_id, name, state, reason, return_path, tracking_host, dns_host, next_check_at, created_by, created_at)
				VALUES ('a', 'd', 'shop.example', 'verified', '', '', '', '', ?, 'u', ?)`, now, now)
			exec(`INSERT INTO messages (account_id, message_id, stream, domain_id, mail_from, header_from, subject, header_message_id, tag, metadata, size, recipients, smtputf8, eight_bit,
				dsn_ret, dsn_envid, client_ip, client_name, client_tls, created_at, expires_at) VALUES ('a', 'm', 'transactional', 'd', '', '', '', '', '', '{}', 1, 2, ?, ?, '', '', '', '', '', ?, ?)`, false, false, now, now)
			for _, delivery := range []string{"r1", "r2"} {
				exec(`INSERT INTO deliveries (account_id, delivery_id, message_id, stream, domain_id, tag, recipient, recipient_key, destination, state, reason, class, last_reply, attempts,
					ambiguous, notify, orcpt, due_at, lease_owner, fence, created_at, expires_at, final_at)
					VALUES ('a', ?, 'm', 'transactional', 'd', '', 'x@y.example', 'x@y.example', 'y.example', 'delivered', '', '', '', 1, 0, '', '', ?, '', 0, ?, ?, ?)`, delivery, now, now, now, now)
			}
			exec(`INSERT INTO account_days (account_id, day, stream, messages, accepted, delivered, bounced, suppressed, expired, cancelled, ambiguous)
				VALUES ('a', '2026-11-20', 'transactional', 1, 2, 2, 0, 0, 0, 0, 0)`)
			upTo(topics)
			exec("INSERT INTO topics (account_id, topic_id, name, name_key, description, created_at) VALUES ('a', 't', 'News', 'news', '', ?)", now)
			exec("INSERT INTO topic_choices (account_id, topic_id, address, choice, source, at) VALUES ('a', 't', 'gone@y.example', 'out', 'x', ?), ('a', 't', 'here@y.example', 'in', 'x', ?)", now, now)
			want := map[string]int64{
				"SELECT COUNT(*) FROM account_owners WHERE account_id = 'a' AND user_id = 'u'": 1,
				"SELECT COUNT(*) FROM topic_suppressions":                                      1,
				"SELECT COUNT(*) FROM topic_suppressions WHERE address = 'gone@y.example'":     1,
				"SELECT COUNT(*) FROM domain_days":                                             1,
				"SELECT COUNT(*) FROM domain_days WHERE account_id = 'a' AND domain_id = 'd' AND day = '2026-11-20' AND stream = 'transactional' AND accepted = 2": 1,
			}
			if way.unaware {
				upTo(missed)
				for sql := range want {
					if n := found(sql); n != 0 {
						t.Fatalf("the older program missed nothing: %s finds %d", sql, n)
					}
				}
				exec("INSERT INTO domain_days (account_id, domain_id, day, stream, accepted) VALUES ('a', 'd', '2026-11-20', 'transactional', 1)") // it counts from then on
			}
			must(s.Migrate(t.Context()))
			for sql, n := range want {
				if got := found(sql); got != n {
					t.Errorf("%s finds %d", sql, got)
				}
			}
		})
	}
}
