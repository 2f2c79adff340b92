package delivery

import (
	"sync"
	"time"
)

// Slow destinations must hold up nobody (F-36). A run that waits for its server holds
// its worker's slot only while few others do the same; then it goes on without one. Those
// are few as well: one more is cut off, unless its dot is sent, and its destination rests.
const (
	stallShare     = 5 // of so many slots one may be held by a run that waits
	detachedBySlot = 4 // runs without a slot, for each slot
)

// Variable for tests.
var (
	stallTime = time.Second      // without a result: the run waits
	slotTime  = 10 * time.Second // without a result: the slot is given back in any case
)

// slots knows who waits for a server, with a slot and without.
type slots struct {
	total int

	mu       sync.Mutex
	stalled  map[*run]bool
	detached int
}

// order is what becomes of a run that waits.
type order int

const (
	goOn   order = iota
	detach       // without a slot
	cutOff       // end what can be ended
)

// judge says what becomes of a run that had no result for a while.
func (s *slots) judge(r *run, idle time.Duration) order {
	s.mu.Lock()
	defer s.mu.Unlock()
	if idle <= stallTime {
		delete(s.stalled, r)
		return goOn
	}
	if s.stalled == nil {
		s.stalled = map[*run]bool{}
	}
	s.stalled[r] = true
	switch {
	case len(s.stalled) <= s.total/stallShare && idle <= slotTime:
		return goOn
	case s.detached < detachedBySlot*s.total:
		delete(s.stalled, r)
		s.detached++
		return detach
	case idle > slotTime:
		return cutOff
	}
	return goOn
}

// ended forgets a run.
func (s *slots) ended(r *run, detached bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.stalled, r)
	if detached {
		s.detached--
	}
}

// attempts knows since when a run waits for its server: since the last result, or
// since an attempt began. Waiting for our own database is not the server's fault.
type attempts struct {
	mu    sync.Mutex
	open  int
	since time.Time
}

func (a *attempts) begin(now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.open++; a.open == 1 {
		a.since = now
	}
}

func (a *attempts) end(now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.open--
	a.since = now
}

// idle is how long no result came, while attempts were under way.
func (a *attempts) idle(now time.Time) time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.open == 0 {
		return 0
	}
	return now.Sub(a.since)
}
