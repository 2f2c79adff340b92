package message_test

import (
	"testing"
	"time"

	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/seed"
)

// The operator reaches mail by account, by destination and by stream; purging removes
// the content of what it ends; the ledger balances afterwards.
func TestTheOperatorsReach(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a, b := seed.NewAccount(t, s, "Alpha"), seed.NewAccount(t, s, "Beta")
		seed.Messages(t, s, a, message.Transactional, "one.example", 700)
		seed.Messages(t, s, a, message.Broadcast, "two.example", 5)
		theirs := seed.Messages(t, s, b, message.Transactional, "one.example", 5)
		exec(t, s, "UPDATE deliveries SET destination = 'via:google' WHERE account_id = ? AND recipient = 'r0@one.example'", b.ID)
		does := func(op message.Operation, r message.Reach, purge bool, want int) {
			t.Helper()
			done, err := message.OperateAll(t.Context(), s, op, r, purge)
			if err != nil || done.Changed != want || done.Busy != 0 {
				t.Errorf("%s %+v: %+v, %v; want %d", op, r, done, err, want)
			}
		}
		does(message.Hold, message.Reach{Account: a.ID, Stream: message.Broadcast}, false, 5)
		does(message.Hold, message.Reach{Destination: "via:google"}, false, 1)
		does(message.Hold, message.Reach{Destination: "one.example"}, false, 704)
		does(message.Release, message.Reach{Account: b.ID}, false, 5)
		does(message.Cancel, message.Reach{Account: a.ID, Destination: "two.example"}, false, 5)
		does(message.Cancel, message.Reach{Account: a.ID}, true, 700)
		if got := states(t, s, a); got[message.Cancelled] != 705 {
			t.Errorf("alpha: %v", got)
		}
		if got := states(t, s, b); got[message.Queued] != 5 {
			t.Errorf("beta: %v", got)
		}
		archive := message.NewArchive(s)
		rows, err := archive.List(t.Context(), a.Scope, message.Filter{Recipient: "r5@one.example", Limit: 1})
		if err != nil || len(rows) != 1 || rows[0].Reason != "Cancelled by the operator." {
			t.Fatalf("%+v, %v", rows, err)
		}
		if content, err := archive.Content(t.Context(), a.Scope, rows[0].MessageID); content != nil || err != nil {
			t.Errorf("a purged content: %q, %v", content, err)
		}
		if content, err := archive.Content(t.Context(), b.Scope, theirs[0].Message.ID); content == nil || err != nil {
			t.Errorf("another's content: %v", err)
		}
		if _, err := message.OperateAll(t.Context(), s, message.Hold, message.Reach{}, true); err == nil {
			t.Error("held and purged")
		}
		ledger, err := message.Verify(t.Context(), s)
		if err != nil || !ledger.OK() {
			t.Errorf("ledger %+v, %v", ledger, err)
		}
	})
}

// What is scheduled keeps its time when it is held and released, and can be cancelled;
// what was tried before is due at once.
func TestScheduledMailKeepsItsTime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := seed.NewAccount(t, s, "Alpha")
		at := s.Now().Add(24 * time.Hour)
		n := seed.NewMessage(s, a, message.Transactional, "scheduled@one.example", "deferred@one.example")
		n.Deliveries[0].DueAt, n.Deliveries[1].DueAt = at, at
		n.Deliveries[1].State, n.Deliveries[1].Class = message.Deferred, message.ClassOurs
		if err := message.Insert(t.Context(), s, []*message.New{n}); err != nil {
			t.Fatal(err)
		}
		archive := message.NewArchive(s)
		if oldest, err := archive.OldestWaiting(t.Context(), a.Scope); !oldest.IsZero() || err != nil {
			t.Errorf("scheduled mail counts as waiting since %v, %v", oldest, err)
		}
		for _, op := range []message.Operation{message.Hold, message.Release} {
			if done, err := archive.Operate(t.Context(), a.Scope, op, message.Filter{}); done.Changed != 2 || err != nil {
				t.Fatal(done, err)
			}
		}
		d, err := archive.Show(t.Context(), a.Scope, n.Message.ID)
		if err != nil {
			t.Fatal(err)
		}
		if first := d.Deliveries[0]; !first.DueAt.Equal(at) || !first.Scheduled(s.Now()) {
			t.Errorf("scheduled for %v, due %v", at, first.DueAt)
		}
		if second := d.Deliveries[1]; second.DueAt.After(s.Now()) || second.Scheduled(s.Now()) {
			t.Errorf("what was deferred is due %v", second.DueAt)
		}
		if done, err := archive.Operate(t.Context(), a.Scope, message.Cancel, message.Filter{}); done.Changed != 2 || err != nil {
			t.Error(done, err)
		}
	})
}
