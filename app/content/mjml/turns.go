package mjml

import (
	"context"
	"slices"
	"sync"

	"smtpserver/app/fault"
)

// mostWaiting is how many compilations of one account may wait: more is no person at work.
const mostWaiting = 20

// turns shares the machines among accounts. One account never has all of them, and those
// who wait take turns by account, not by who came first: however many contents one account
// saves at once, another waits for a machine's present work at most.
type turns struct {
	mu      sync.Mutex
	free    int
	share   int // machines that one account may have at a time
	busy    map[string]int
	waiting map[string][]chan struct{} // closed when it is their turn
	order   []string                   // accounts that wait, the next one first
}

func newTurns(machines int) *turns {
	return &turns{free: machines, share: max(machines-1, 1), busy: map[string]int{}, waiting: map[string][]chan struct{}{}}
}

// take waits for the account's turn. Give it back.
func (t *turns) take(ctx context.Context, account string) error {
	t.mu.Lock()
	if len(t.waiting[account]) >= mostWaiting {
		t.mu.Unlock()
		return fault.New(fault.Limited, "Too many contents of this account are being compiled right now. Try again in a moment.")
	}
	mine := make(chan struct{})
	if len(t.waiting[account]) == 0 {
		t.order = append(t.order, account)
	}
	t.waiting[account] = append(t.waiting[account], mine)
	t.grant()
	t.mu.Unlock()
	select {
	case <-mine:
		return nil
	case <-ctx.Done():
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if at := slices.Index(t.waiting[account], mine); at >= 0 {
		t.waiting[account] = slices.Delete(t.waiting[account], at, at+1)
		t.forget(account)
	} else { // it came at the same moment
		t.end(account)
	}
	return fault.Wrap(fault.Unavailable, "Too many contents are being saved right now. Try again in a moment.", ctx.Err())
}

// give gives a turn back.
func (t *turns) give(account string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.end(account)
}

func (t *turns) end(account string) {
	t.free++
	if t.busy[account]--; t.busy[account] == 0 {
		delete(t.busy, account)
	}
	t.grant()
}

// grant lets those begin who may; who begins goes to the end of the order.
func (t *turns) grant() {
	for t.free > 0 {
		at := slices.IndexFunc(t.order, func(account string) bool { return t.busy[account] < t.share })
		if at < 0 {
			return
		}
		account := t.order[at]
		t.order = append(slices.Delete(t.order, at, at+1), account)
		next := t.waiting[account][0]
		t.waiting[account] = t.waiting[account][1:]
		t.forget(account)
		t.free--
		t.busy[account]++
		close(next)
	}
}

// forget drops an account of which nobody waits any more.
func (t *turns) forget(account string) {
	if len(t.waiting[account]) > 0 {
		return
	}
	delete(t.waiting, account)
	t.order = slices.DeleteFunc(t.order, func(other string) bool { return other == account })
}
