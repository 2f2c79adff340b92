package store

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/testkit/services"
)

// Acceptances that an older program recorded are kept when they become a chain: on
// PostgreSQL, where row-level security would hide them from a careless migration, too.
func TestAcceptancesSurviveTheMove(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "test.db") },
		"postgres": func(t *testing.T) string { return services.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := Open(t.Context(), Options{URL: url(t), MaxConns: 4})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			db, err := s.migrationDB()
			if err != nil {
				t.Fatal(err)
			}
			p, err := s.provider(db)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.UpTo(t.Context(), 20261123220000); err != nil {
				t.Fatal(err)
			}
			if s.engine == Postgres {
				if err := s.secureRows(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			now := time.Now().UTC().Truncate(time.Microsecond)
			err = s.run(t.Context(), pass{kind: system}, false, func(_ context.Context, tx *gorm.DB) error {
				return errors.Join(
					tx.Exec("INSERT INTO users (user_id, email, email_key, name, password_hash, staff, theme, password_changed_at, created_at) VALUES ('u', 'u', 'u', 'U', '!', ?, 'system', ?, ?)", false, now, now).Error,
					tx.Exec("INSERT INTO accounts (account_id, slug, name, kind, state, created_at, updated_at) VALUES ('a', 'a', 'A', 'business', 'active', ?, ?)", now, now).Error,
					tx.Exec("INSERT INTO terms_versions (document, number, effective_on, title, markdown, digest, created_at) VALUES ('terms', 1, '2026-01-01', 'T', 'x', 'd', ?)", now).Error,
					tx.Exec("INSERT INTO terms_acceptances (account_id, acceptance_id, document, number, digest, user_id, channel, ip, user_agent, accepted_at) VALUES ('a', 'r', 'terms', 1, 'd', 'u', 'sign_up', '192.0.2.1', 'x', ?)", now).Error,
				)
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			var kept int64
			err = s.SystemRead(t.Context(), "test", func(_ context.Context, tx *gorm.DB) error {
				return tx.Raw("SELECT COUNT(*) FROM terms_records WHERE account_id = 'a' AND seq = 1 AND act = 'accepted' AND channel = 'sign_up' AND user_id = 'u' AND hash = ''").Scan(&kept).Error
			})
			if err != nil || kept != 1 {
				t.Errorf("%d records, %v", kept, err)
			}
		})
	}
}
