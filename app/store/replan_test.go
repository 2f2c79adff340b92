package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/id"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
)

type (
	userColumns    struct{ UserID string }
	accountColumns struct {
		AccountID string `gorm:"column:account_id;<-:create"`
	}
	memberColumns struct {
		AccountID string `gorm:"column:account_id;<-:create"`
	}
)

func (userColumns) TableName() string    { return "users" }
func (accountColumns) TableName() string { return "accounts" }
func (memberColumns) TableName() string  { return "members" }

// Columns that a migration adds disturb nobody who reads all of a table meanwhile: neither
// across accounts, nor within an account, nor in the middle of a change.
func TestAnAddedColumnDisturbsNobody(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		scope := account.NewScope(id.New(), account.Actor{Kind: account.ActorSystem})
		all := func(_ context.Context, tx *gorm.DB) error {
			for _, into := range []any{&[]userColumns{}, &[]accountColumns{}, &[]memberColumns{}} {
				if err := tx.Find(into).Error; err != nil {
					return err
				}
			}
			return nil
		}
		ask := func(when string) {
			t.Helper()
			var wg sync.WaitGroup
			for range 8 { // over many connections
				wg.Go(func() {
					for range 5 {
						for what, err := range map[string]error{
							"across": s.SystemRead(t.Context(), "test", all), "a change": s.SystemWrite(t.Context(), "test", all), "common": s.GlobalRead(t.Context(), func(_ context.Context, tx *gorm.DB) error { return tx.Find(&[]userColumns{}).Error }),
							"an account": s.Read(t.Context(), scope, func(_ context.Context, tx *gorm.DB) error { return tx.Find(&[]memberColumns{}).Error }),
						} {
							if err != nil {
								t.Errorf("%s %s: %v", when, what, err)
							}
						}
					}
				})
			}
			wg.Wait()
		}
		ask("before")
		for n := range 3 {
			for _, table := range []string{"users", "accounts", "members"} {
				err := s.SystemWrite(t.Context(), "test: migrate beside", func(_ context.Context, tx *gorm.DB) error {
					return tx.Exec(fmt.Sprintf("ALTER TABLE %s ADD COLUMN later%d TEXT NOT NULL DEFAULT ''", table, n)).Error
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			ask("after")
		}
	})
}
