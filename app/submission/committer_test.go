package submission

import (
	"context"
	"log/slog"
	"testing"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
)

// prepared returns what Accept hands to the committer.
func prepared(t *testing.T, v *Service, w *world, fields string) *message.New {
	t.Helper()
	n, err := v.prepare(t.Context(), w.Scope, w.mail(t, fields, "kim@customer.example"))
	if err != nil {
		t.Fatal(err)
	}
	n.Message.AccountID, n.Body.AccountID, n.Deliveries[0].AccountID = w.ID, w.ID, w.ID
	return n
}

// One message that the database cannot take fails alone, and leaves its key free.
func TestOneBadMessageDoesNotFailTheOthers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		v, w := newService(t, s)
		const key = "X-SMTPServer-Idempotency-Key: once\r\n"
		bad := prepared(t, v, w, key)
		bad.Deliveries[0].MessageID = id.New() // a delivery of no message
		again := prepared(t, v, w, "X-SMTPServer-Idempotency-Key: twice\r\n")
		repeat := prepared(t, v, w, "X-SMTPServer-Idempotency-Key: twice\r\n")
		var batch []*request
		for _, n := range []*message.New{prepared(t, v, w, ""), bad, again, repeat} {
			batch = append(batch, &request{message: n, done: make(chan error, 1)})
		}
		v.commits.storeAll(batch)
		for i, r := range batch {
			if err := <-r.done; (err != nil) != (r.message == bad) {
				t.Errorf("message %d: %v", i, err)
			}
		}
		if repeat.Repeats == nil || repeat.Repeats.MessageID != again.Message.ID || again.Repeats != nil {
			t.Errorf("%+v repeats %+v", repeat.Repeats, again.Repeats)
		}
		if n := count(t, s); n != 2 {
			t.Errorf("%d messages stored, want 2", n)
		}
		if _, err := v.Accept(t.Context(), w.Scope, w.mail(t, key, "kim@customer.example")); err != nil {
			t.Errorf("the key of what was not stored: %v", err)
		}
	})
}

// Who gives up before the commit began is told that it is temporary, and nothing is stored.
func TestWhoGivesUpIsNotStored(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t, nil)
	v, w := newService(t, s)
	busy := &committer{store: s, log: slog.New(slog.DiscardHandler), queue: make(chan *request, 1)}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	n := prepared(t, v, w, "")
	waits := &request{message: n, done: make(chan error, 1)}
	if !waits.state.CompareAndSwap(waiting, abandoned) {
		t.Fatal("a new request does not wait")
	}
	if batch := busy.gather(waits); len(batch) != 0 {
		t.Error("what was given up is taken")
	}
	for range 3 { // the queue has one place: the first waits in it, the others before it
		if err := busy.commit(ctx, n); !fault.Is(err, fault.Unavailable) {
			t.Errorf("given up: %v", err)
		}
	}
	busy.wg.Go(busy.run)
	if err := busy.commit(t.Context(), prepared(t, v, w, "")); err != nil {
		t.Error(err)
	}
	busy.close()
	if n := count(t, s); n != 1 {
		t.Errorf("%d messages stored, want only the one that was waited for", n)
	}
}

func TestACommitIsBounded(t *testing.T) {
	t.Parallel()
	c := &committer{queue: make(chan *request, 4*groupMessages)}
	ask := func(octets int64) *request {
		return &request{message: &message.New{Message: message.Message{Size: octets}}, done: make(chan error, 1)}
	}
	for range 2 * groupMessages {
		c.queue <- ask(1)
	}
	if got := len(c.gather(ask(1))); got != groupMessages {
		t.Errorf("%d messages in one commit", got)
	}
	if got := len(c.gather(ask(groupOctets))); got != 1 {
		t.Errorf("%d messages beside a large one", got)
	}
	close(c.queue)
	if got := len(c.gather(ask(1))); got != groupMessages {
		t.Errorf("%d messages at the end", got)
	}
}
