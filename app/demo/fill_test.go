package demo_test

import (
	"bytes"
	"context"
	"log/slog"
	"testing"

	"github.com/alexedwards/argon2id"
	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/credential"
	"smtpserver/app/demo"
	"smtpserver/app/domain"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/identity"
	"smtpserver/app/message"
	"smtpserver/app/secret"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
)

// What the demo makes adds up in the ledger, is the same each time, and is made once.
func TestTheDemoAddsUp(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		box, err := secret.NewBox(bytes.Repeat([]byte{1}, 32))
		if err != nil {
			t.Fatal(err)
		}
		hasher, err := identity.NewHasherWith(argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}, 1)
		if err != nil {
			t.Fatal(err)
		}
		log := slog.New(slog.DiscardHandler)
		deps := demo.Deps{
			Store: s, Accounts: account.New(s), Credentials: credential.New(s, nil, log), Hasher: hasher, Messages: 1000,
			Domains: domain.New(domain.Options{Store: s, Box: box, Hostname: "localhost", Log: log, TrustReserved: true}),
			Mint: func(accountID, userID id.ID) account.Scope {
				return account.NewScope(accountID, account.Actor{Kind: account.ActorUser, ID: userID, Role: account.Owner})
			},
		}
		made, err := demo.Fill(t.Context(), deps)
		if err != nil || made.Password == "" || made.Email == "" {
			t.Fatalf("%+v, %v", made, err)
		}
		ledger, err := message.Verify(t.Context(), s)
		if err != nil || !ledger.OK() {
			t.Fatalf("%+v, %v", ledger, err)
		}
		states := map[string]int64{}
		err = s.SystemRead(t.Context(), "test: count states", func(_ context.Context, tx *gorm.DB) error {
			var rows []struct {
				State string
				N     int64
			}
			if err := tx.Raw("SELECT state, count(*) AS n FROM deliveries GROUP BY state").Scan(&rows).Error; err != nil {
				return err
			}
			for _, r := range rows {
				states[r.State] = r.N
			}
			return nil
		})
		if err != nil || states["delivered"] < 850 || len(states) < 6 {
			t.Errorf("%v, %v", states, err)
		}
		if _, err := demo.Fill(t.Context(), deps); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second time: %v", err)
		}
	})
}
