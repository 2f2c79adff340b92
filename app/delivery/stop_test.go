package delivery

import (
	"context"
	"testing"
	"time"

	"gorm.io/gorm"

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
