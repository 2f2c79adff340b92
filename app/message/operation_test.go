package message_test

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

func states(t *testing.T, s *store.Store, a seed.Account) map[message.State]int {
	t.Helper()
	counts := map[message.State]int{}
	rows, err := message.NewArchive(s).List(t.Context(), a.Scope, message.Filter{Limit: 10000})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range rows {
		counts[d.State]++
	}
	return counts
}

// Hold, release, retry and cancel change all that fit the filter, in more than one
// transaction, nothing of another account, and the ledger balances afterwards.
func TestOperate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, b := seed.NewAccount(t, s, "Alpha"), seed.NewAccount(t, s, "Beta")
		seed.Messages(t, s, a, message.Transactional, "one.example", 1200)
		seed.Messages(t, s, a, message.Broadcast, "two.example", 10)
		seed.Messages(t, s, b, message.Transactional, "one.example", 5)
		archive := message.NewArchive(s)
		operate := func(op message.Operation, f message.Filter) message.Done {
			t.Helper()
			done, err := archive.Operate(t.Context(), a.Scope, op, f)
			if err != nil {
				t.Fatal(err)
			}
			return done
		}
		one := message.Filter{Destination: "one.example"}
		if n, err := archive.CountUpTo(t.Context(), a.Scope, message.Hold, one, 1000); n != 1000 || err != nil {
			t.Errorf("counted %d, %v", n, err)
		}
		if done := operate(message.Hold, one); done.Changed != 1200 || done.Busy != 0 || done.More || len(done.Destinations) != 0 {
			t.Errorf("hold: %+v", done)
		}
		if got := states(t, s, a); got[message.Held] != 1200 || got[message.Queued] != 10 {
			t.Errorf("held: %v", got)
		}
		if done := operate(message.Release, message.Filter{Recipient: "r1@"}); done.Changed != 1 || len(done.Destinations) != 1 {
			t.Errorf("release: %+v", done)
		}
		if done := operate(message.Retry, message.Filter{}); done.Changed != 0 {
			t.Errorf("retry of what is not deferred: %+v", done)
		}
		if done := operate(message.Cancel, message.Filter{}); done.Changed != 1210 {
			t.Errorf("cancel: %+v", done)
		}
		if got := states(t, s, a); got[message.Cancelled] != 1210 || len(got) != 1 {
			t.Errorf("cancelled: %v", got)
		}
		if done := operate(message.Release, message.Filter{}); done.Changed != 0 {
			t.Errorf("what is final was released: %+v", done)
		}
		if got := states(t, s, b); got[message.Queued] != 5 {
			t.Errorf("the other account: %v", got)
		}
		ledger, err := message.Verify(t.Context(), s)
		if err != nil || !ledger.OK() {
			t.Errorf("ledger %+v, %v", ledger, err)
		}
	})
}

// What is being tried comes to its own end: taking it away could hide a copy.
func TestOperateLeavesWhatIsBusy(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := seed.NewAccount(t, s, "Alpha")
		all := seed.Messages(t, s, a, message.Transactional, "one.example", 3)
		err := s.SystemWrite(t.Context(), "lease in a test", func(_ context.Context, tx *gorm.DB) error {
			return tx.Exec("UPDATE deliveries SET lease_owner = 'w', lease_until = ? WHERE message_id = ?", s.Now().Add(time.Minute), all[0].Message.ID).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		done, err := message.NewArchive(s).Operate(t.Context(), a.Scope, message.Cancel, message.Filter{})
		if err != nil || done.Changed != 2 || done.Busy != 1 {
			t.Errorf("%+v, %v", done, err)
		}
		if got := states(t, s, a); got[message.Queued] != 1 || got[message.Cancelled] != 2 {
			t.Errorf("states %v", got)
		}
	})
}
