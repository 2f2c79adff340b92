package jobs

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"
)

// F-19: several workers offer periodic work, and each period has it once; a failure
// waits for the next period.
func TestF19PeriodicWorkIsDoneOncePerPeriod(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		var often, seldom atomic.Int32
		periodic := []Periodic{
			{Name: "often", Every: time.Second, Do: func(context.Context) error { often.Add(1); return errors.New("failed") }},
			{Name: "seldom", Every: 24 * time.Hour, Do: func(context.Context) error { seldom.Add(1); return nil }},
		}
		began := time.Now()
		for range 3 {
			w.serve(periodic...)
		}
		w.eventually("three periods", func() bool { return often.Load() >= 3 })
		periods := int32(time.Since(began)/time.Second) + 2 // the one it began in, and the one it ends in
		if n := often.Load(); n > periods {
			t.Errorf("done %d times in at most %d periods", n, periods)
		}
		if n := seldom.Load(); n < 1 || n > 2 { // two when a day ended meanwhile
			t.Errorf("the day's work was done %d times", n)
		}
	})
}

// Shutdown waits for what runs, and tells the engine first.
func TestShutdownLetsRunsFinish(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		hold, finished := make(chan struct{}), atomic.Bool{}
		w.setRun(func(string) (bool, error) {
			<-hold
			finished.Store(true)
			return false, nil
		})
		s := NewServer(w.connection, w.client, 4, Deps{Deliverer: w, Wake: w.client.Wake}, w.client.log)
		if err := s.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.client.Wake("a.example", false)
		w.served("a.example")
		done := make(chan bool)
		go func() { s.Shutdown(); done <- finished.Load() }()
		w.eventually("the engine is told", func() bool {
			w.mu.Lock()
			defer w.mu.Unlock()
			return w.stopped
		})
		close(hold)
		select {
		case whole := <-done:
			if !whole {
				t.Error("ended in the middle of a run")
			}
		case <-time.After(patience):
			t.Error("no end")
		}
	})
}
