package message_test

import (
	"testing"

	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/seed"
)

// F-26: after a restore everything that waits is held, of every account, with the reason
// and an event; the ledger balances, and releasing makes it wait again.
func TestF26HoldRestored(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, b := seed.NewAccount(t, s, "Alpha"), seed.NewAccount(t, s, "Beta")
		seed.Messages(t, s, a, message.Transactional, "one.example", 700)
		seed.Messages(t, s, b, message.Broadcast, "two.example", 30)
		n, err := message.HoldRestored(t.Context(), s)
		if err != nil || n != 730 {
			t.Fatalf("held %d, %v", n, err)
		}
		if again, err := message.HoldRestored(t.Context(), s); again != 0 || err != nil {
			t.Errorf("held %d again, %v", again, err)
		}
		for account, want := range map[*seed.Account]int{&a: 700, &b: 30} {
			if got := states(t, s, *account); got[message.Held] != want || len(got) != 1 {
				t.Errorf("states %v", got)
			}
		}
		l, err := message.Verify(t.Context(), s)
		if err != nil || !l.OK() {
			t.Errorf("ledger %+v, %v", l, err)
		}
		done, err := message.NewArchive(s).Operate(t.Context(), b.Scope, message.Release, message.Filter{})
		if err != nil || done.Changed != 30 || states(t, s, b)[message.Queued] != 30 {
			t.Errorf("released %+v, %v", done, err)
		}
	})
}
