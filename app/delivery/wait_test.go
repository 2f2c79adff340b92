package delivery

import (
	"context"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/seed"
	"smtpserver/app/testkit/services"
)

// F-47, in seconds: behind an account that has 100,000 waiting (`make faults`: a million)
// at a provider that takes some thousands a second, a quiet account's newsletter leaves
// within ten seconds, and its password resets within five.
func TestF47AQuietAccountWaitsSeconds(t *testing.T) {
	waiting := 100_000
	if os.Getenv(services.EnvFaults) == "long" {
		waiting = 1_000_000
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		loud, quiet := seed.NewAccount(t, s, "Loud"), seed.NewAccount(t, s, "Quiet")
		seed.Messages(t, s, loud, message.Broadcast, "one.example", 1)
		clone(t, s, waiting-1)
		var mu sync.Mutex
		arrived := map[string]time.Time{}
		tr := &scripted{width: 8, answer: func(p *Parcel) Report {
			time.Sleep(time.Duration(len(p.Recipients)) * 3 * time.Millisecond)
			mu.Lock()
			defer mu.Unlock()
			for _, d := range p.Recipients {
				arrived[d.Recipient] = time.Now()
			}
			return accepts(p)
		}}
		e, _ := newEngine(t, s, tr, t.TempDir())
		ctx, stop := context.WithCancel(t.Context())
		var loop sync.WaitGroup
		loop.Go(func() {
			for ctx.Err() == nil {
				if _, err := e.Run(ctx, "one.example"); err != nil {
					t.Error(err)
					return
				}
			}
		})
		accepted := map[string]time.Time{}
		accept := func(stream message.Stream, to string) {
			t.Helper()
			if err := message.Insert(t.Context(), s, []*message.New{seed.NewMessage(s, quiet, stream, to)}); err != nil {
				t.Fatal(err)
			}
			accepted[to] = time.Now()
		}
		time.Sleep(time.Second) // the broadcast flows
		accept(message.Broadcast, "news@one.example")
		for i := range 50 {
			accept(message.Transactional, "reset"+string(rune('a'+i%26))+string(rune('a'+i/26))+"@one.example")
			time.Sleep(40 * time.Millisecond)
		}
		wait := func(to string) time.Duration {
			for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
				mu.Lock()
				at, found := arrived[to]
				mu.Unlock()
				if found {
					return at.Sub(accepted[to])
				}
			}
			return time.Hour
		}
		news := wait("news@one.example")
		var resets []time.Duration
		for to := range accepted {
			if to != "news@one.example" {
				resets = append(resets, wait(to))
			}
		}
		stop()
		e.Stop()
		loop.Wait()
		slices.Sort(resets)
		left := waiting - states(t, s)[message.Delivered]
		t.Logf("%d of the others still wait; the newsletter waited %s, resets %s at the median and %s at most", left, news, resets[len(resets)/2], resets[len(resets)-1])
		if news > 10*time.Second || resets[len(resets)-1] > 5*time.Second || left < waiting/2 {
			t.Error("too long, or there was nothing to wait behind")
		}
	})
}
