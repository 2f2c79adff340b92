package store_test

import (
	"context"
	"testing"

	"gorm.io/gorm"

	"smtpserver/app/store"
	"smtpserver/app/testkit/services"
)

// What serves pages and mail gives a statement half a minute; the operator's commands give
// it what it needs. Neither waits for a lock for long.
func TestOnlyCommandsArePatient(t *testing.T) {
	t.Parallel()
	url := services.Postgres(t)
	for patient, want := range map[bool]string{false: "30s", true: "0"} {
		s, err := store.Open(t.Context(), store.Options{URL: url, MaxConns: 2, Patient: patient})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = s.Close() }()
		for name, run := range map[string]func(context.Context, string, store.Func) error{"read": s.SystemRead, "snapshot": s.SystemSnapshot, "write": s.SystemWrite} {
			var statement, lock string
			err := run(t.Context(), "test: read the settings", func(_ context.Context, tx *gorm.DB) error {
				if err := tx.Raw("SHOW statement_timeout").Scan(&statement).Error; err != nil {
					return err
				}
				return tx.Raw("SHOW lock_timeout").Scan(&lock).Error
			})
			if err != nil || statement != want || lock != "5s" {
				t.Errorf("patient %v, %s: statements %s, locks %s, %v", patient, name, statement, lock, err)
			}
		}
	}
}
