package delivery

import (
	"math/rand/v2"
	"sync"
	"time"
)

// Bounds of coming back to a destination whose mail a rate holds back. The more often
// there was nothing, the longer the wait: many destinations may share one rate.
const (
	soonest = 250 * time.Millisecond
	latest  = 5 * time.Second
)

// later wakes destinations when a rate lets more go.
type later struct {
	mu    sync.Mutex
	vain  map[string]int // how often in a row a destination was woken for nothing
	waits map[string]*time.Timer
}

// wait is how long until a destination is looked at again.
func (l *later) wait(destination string, left time.Duration, gained bool) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.vain == nil {
		l.vain = map[string]int{}
	}
	if gained {
		delete(l.vain, destination)
	} else {
		l.vain[destination]++
	}
	least := step(soonest, latest, l.vain[destination])
	return max(left, time.Duration(float64(least)*(0.8+0.4*rand.Float64()))) //nolint:gosec // spreading load is no secret
}

// forget ends the count of a destination at which nothing is held back.
func (l *later) forget(destination string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.vain, destination)
}

// later has a destination served again at a moment; gained says that this time there
// was something to do.
func (e *Engine) later(destination string, at time.Time, gained bool) {
	wait := e.laters.wait(destination, at.Sub(e.queue.store.Now()), gained)
	e.laters.mu.Lock()
	defer e.laters.mu.Unlock()
	if e.laters.waits == nil {
		e.laters.waits = map[string]*time.Timer{}
	}
	if e.laters.waits[destination] != nil || e.isStopping() {
		return // it is waited for already
	}
	e.laters.waits[destination] = time.AfterFunc(wait, func() {
		e.laters.mu.Lock()
		delete(e.laters.waits, destination)
		e.laters.mu.Unlock()
		if !e.isStopping() {
			e.wake(destination, true)
		}
	})
}

// stop ends the waiting.
func (l *later) stop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, timer := range l.waits {
		timer.Stop()
	}
}
