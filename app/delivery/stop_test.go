package delivery

import (
	"context"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/clock"
	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/seed"
)

// Promise 5: an opt-out that is committed before an attempt begins wins, even when the
// delivery was accepted and claimed before.
func TestOptOutsWin(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, b := seed.NewAccount(t, s, "Alpha"), seed.NewAccount(t, s, "Beta")
		seed.Messages(t, s, a, message.Transactional, "one.example", 20) // r0 … r19
		seed.Messages(t, s, b, message.Transactional, "one.example", 20)
		out := false
		tr := &scripted{answer: func(p *Parcel) Report {
			if !out { // while the first is under way, all others of the batch being claimed
				out = true
				err := s.SystemWrite(t.Context(), "opt out in a test", func(_ context.Context, tx *gorm.DB) error {
					for _, stream := range []message.Stream{message.Transactional, message.Broadcast} {
						for _, r := range []string{"r18@one.example", "r19@one.example"} {
							row := message.Suppression{AccountID: a.ID, Stream: stream, Address: r, Reason: "They asked.", CreatedAt: s.Now()}
							if stream == message.Broadcast && r == "r18@one.example" {
								row.AccountID = b.ID // another stream of another account: no matter
							}
							if err := tx.Create(&row).Error; err != nil {
								return err
							}
						}
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			}
			return accepts(p)
		}}
		e, _ := newEngine(t, s, tr, t.TempDir())
		if _, err := e.Run(t.Context(), "one.example"); err != nil {
			t.Fatal(err)
		}
		if got := states(t, s); got[message.Suppressed] != 2 || got[message.Delivered] != 38 {
			t.Errorf("states %v", got)
		}
		ledger, err := message.Verify(t.Context(), s)
		if err != nil || !ledger.OK() {
			t.Errorf("ledger %+v, %v", ledger, err)
		}
	})
}

// A paused account's mail is held back, what was claimed included; others go on.
func TestAPausedAccountStops(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, b := seed.NewAccount(t, s, "Alpha"), seed.NewAccount(t, s, "Beta")
		seed.Messages(t, s, a, message.Transactional, "one.example", 300)
		seed.Messages(t, s, b, message.Transactional, "one.example", 10)
		err := s.SystemWrite(t.Context(), "pause in a test", func(_ context.Context, tx *gorm.DB) error {
			return tx.Exec("UPDATE accounts SET state = 'paused' WHERE account_id = ?", a.ID).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		e, _ := newEngine(t, s, &scripted{}, t.TempDir())
		if _, err := e.Run(t.Context(), "one.example"); err != nil {
			t.Fatal(err)
		}
		if got := states(t, s); got[message.Held] != 300 || got[message.Delivered] != 10 {
			t.Errorf("states %v", got)
		}
	})
}

// A message whose sender set its end is not tried after it, wherever it waited; another
// gets its last try.
func TestNothingIsTriedAfterItsStrictEnd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := seed.NewAccount(t, s, "Alpha")
		for _, strictly := range []bool{true, false} {
			n := seed.NewMessage(s, a, message.Transactional, "r@one.example")
			n.Message.ExpiresStrictly = strictly
			n.Message.ExpiresAt = s.Now().Add(-time.Second)
			n.Deliveries[0].ExpiresAt = n.Message.ExpiresAt
			if err := message.Insert(t.Context(), s, []*message.New{n}); err != nil {
				t.Fatal(err)
			}
		}
		tr := &scripted{}
		e, _ := newEngine(t, s, tr, t.TempDir())
		if _, err := e.Run(t.Context(), "one.example"); err != nil {
			t.Fatal(err)
		}
		if got := states(t, s); got[message.Expired] != 1 || got[message.Delivered] != 1 || len(tr.received) != 1 {
			t.Errorf("states %v, tried %q", got, tr.received)
		}
	})
}

// A pause counts while a run is under way: what was claimed before is held as soon as the
// engine looks again, which is every two seconds. Other credentials go on.
func TestAPausedCredentialStopsWithinSeconds(t *testing.T) {
	for name, open := range map[string]func(testing.TB, clock.Clock) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			c := clock.NewFake(time.Now())
			s := open(t, c)
			a := seed.NewAccount(t, s, "Alpha")
			write := func(sql string, args ...any) {
				t.Helper()
				err := s.SystemWrite(context.Background(), "pause in a test", func(_ context.Context, tx *gorm.DB) error { return tx.Exec(sql, args...).Error })
				if err != nil {
					t.Error(err)
				}
			}
			var credentials []id.ID
			for _, name := range []string{"paused", "other"} {
				one := id.New()
				credentials = append(credentials, one)
				write(`INSERT INTO credentials (account_id, credential_id, name, kind, secret_hash, hint, stream, networks, created_by, created_at, last_used_ip)
					VALUES (?, ?, ?, 'smtp', ?, '', '', '', ?, ?, '')`, a.ID, one, name, name, a.ID, c.Now())
			}
			var all []*message.New
			for i := range 40 {
				n := seed.NewMessage(s, a, message.Transactional, "r@one.example")
				n.Message.CredentialID = &credentials[i%2]
				all = append(all, n)
			}
			if err := message.Insert(t.Context(), s, all); err != nil {
				t.Fatal(err)
			}
			tries := 0
			tr := &scripted{answer: func(p *Parcel) Report {
				if tries++; tries == 10 {
					write("UPDATE credentials SET paused_at = ? WHERE credential_id = ?", c.Now(), credentials[0])
					c.Advance(stopTime)
				}
				return accepts(p)
			}}
			e, _ := newEngine(t, s, tr, t.TempDir())
			if _, err := e.Run(t.Context(), "one.example"); err != nil {
				t.Fatal(err)
			}
			got := states(t, s)
			if got[message.Held] < 10 || got[message.Held]+got[message.Delivered] != 40 || got[message.Delivered] < 20 {
				t.Errorf("states %v", got)
			}
			// Released after the credential works again, they are sent.
			write("UPDATE credentials SET paused_at = NULL")
			c.Advance(stopTime)
			if _, err := message.NewArchive(s).Operate(t.Context(), a.Scope, message.Release, message.Filter{}); err != nil {
				t.Fatal(err)
			}
			if _, err := e.Run(t.Context(), "one.example"); err != nil {
				t.Fatal(err)
			}
			if got := states(t, s); got[message.Delivered] != 40 || len(tr.received) != 40 {
				t.Errorf("states %v, %d tries", got, len(tr.received))
			}
		})
	}
}
