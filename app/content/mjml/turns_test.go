package mjml

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"smtpserver/app/fault"
)

// began reports whether a turn has come.
func began(ch chan error) bool {
	select {
	case err := <-ch:
		return err == nil
	default:
		return false
	}
}

// One account never has every machine, and accounts that wait take turns.
func TestAccountsTakeTurns(t *testing.T) {
	t.Parallel()
	q := newTurns(2)
	waitFor := func(account string) chan error {
		ch := make(chan error, 1)
		q.mu.Lock()
		before := len(q.waiting[account])
		busy := q.busy[account]
		q.mu.Unlock()
		go func() { ch <- q.take(t.Context(), account) }()
		for { // until it waits or has begun
			q.mu.Lock()
			settled := len(q.waiting[account]) > before || q.busy[account] > busy
			q.mu.Unlock()
			if settled {
				return ch
			}
			time.Sleep(time.Millisecond)
		}
	}
	first := waitFor("a")
	if err := <-first; err != nil {
		t.Fatal(err)
	}
	second, third := waitFor("a"), waitFor("a")
	if began(second) {
		t.Error("one account has both machines")
	}
	if err := <-waitFor("b"); err != nil { // at once, though a came first
		t.Fatal(err)
	}
	c := waitFor("c")
	q.give("a") // a began last; of those who wait, it and c, either may be next, but not a twice
	q.give("b")
	if err := <-c; err != nil {
		t.Fatal(err)
	}
	if err := <-second; err != nil {
		t.Fatal(err)
	}
	if began(third) {
		t.Error("one account has both machines")
	}
	q.give("a")
	if err := <-third; err != nil {
		t.Fatal(err)
	}
	q.give("a")
	q.give("c")
	if q.free != 2 || len(q.busy)+len(q.waiting)+len(q.order) != 0 {
		t.Errorf("in the end: %+v", q)
	}
}

// Who gives up leaves no turn behind, and too many of one account are refused.
func TestTurnsAreBounded(t *testing.T) {
	t.Parallel()
	q := newTurns(1)
	if err := q.take(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	ctx, leave := context.WithCancel(t.Context())
	var all sync.WaitGroup
	var unavailable atomic.Int32
	for range mostWaiting {
		all.Go(func() {
			if fault.Is(q.take(ctx, "a"), fault.Unavailable) {
				unavailable.Add(1)
			}
		})
	}
	for full := false; !full; {
		q.mu.Lock()
		full = len(q.waiting["a"]) == mostWaiting
		q.mu.Unlock()
		time.Sleep(time.Millisecond)
	}
	if err := q.take(t.Context(), "a"); !fault.Is(err, fault.Limited) {
		t.Errorf("one more than may wait: %v", err)
	}
	leave()
	all.Wait()
	if unavailable.Load() != mostWaiting {
		t.Errorf("%d of %d were told to try again", unavailable.Load(), mostWaiting)
	}
	q.give("a")
	if err := q.take(t.Context(), "b"); err != nil {
		t.Error(err)
	}
	q.give("b")
	if q.free != 1 || len(q.busy)+len(q.waiting)+len(q.order) != 0 {
		t.Errorf("in the end: %+v", q)
	}
}

// A storm of one account's large documents starves nobody: another account's document is
// done while most of the storm still waits.
func TestAStormOfOneAccountStarvesNobody(t *testing.T) {
	e := New(2)
	if _, _, err := e.HTML(t.Context(), "calm", hello); err != nil { // the machine is built
		t.Fatal(err)
	}
	large := strings.Replace(hello, "<mj-section>", strings.Repeat("<mj-section><mj-column><mj-text>Hello</mj-text></mj-column></mj-section>", 5)+"<mj-section>", 1)
	const storm = mostWaiting
	var done atomic.Int32
	var all sync.WaitGroup
	for range storm {
		all.Go(func() {
			if _, _, err := e.HTML(t.Context(), "storm", large); err != nil && !fault.Is(err, fault.Invalid) { // out of time, on a busy machine
				t.Error(err)
			}
			done.Add(1)
		})
	}
	for i := range 3 {
		if _, _, err := e.HTML(t.Context(), "calm", fmt.Sprintf("%s<!-- %d -->", hello, i)); err != nil && !fault.Is(err, fault.Invalid) {
			t.Fatal(err)
		}
	}
	if n := done.Load(); n > storm*3/4 {
		t.Errorf("the storm had %d of %d documents before another account had three small ones", n, storm)
	}
	all.Wait()
}
