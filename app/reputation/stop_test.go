package reputation

import (
	"strings"
	"sync"
	"testing"
	"time"

	"smtpserver/app/delivery"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/submission"
	"smtpserver/app/testkit/seed"
)

// attempts notes when a server was asked about whose mail.
type attempts struct {
	mu   sync.Mutex
	last map[id.ID]time.Time
	n    map[id.ID]int
}

func (a *attempts) note(account id.ID, at time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.last[account] = at
	a.n[account]++
}

func (a *attempts) of(account id.ID) (time.Time, int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.last[account], a.n[account]
}

// The kill switch: ten seconds after staff stopped an account no worker says MAIL FROM for
// it any more, although much of it is claimed and the stop came from another process.
// Others go on. The same for everything at once. What waited goes on afterwards.
func TestTheKillSwitchActsWithinTenSeconds(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		quiet := seed.NewAccount(t, w.store, "Beta")
		seed.Messages(t, w.store, w.Account, message.Transactional, "one.example", 1_000)
		seed.Messages(t, w.store, quiet, message.Transactional, "one.example", 1_000)
		seen := &attempts{last: map[id.ID]time.Time{}, n: map[id.ID]int{}}
		w.answer = func(p *delivery.Parcel) delivery.Outcome {
			seen.note(p.Message.AccountID, w.clock.Now())
			return delivery.Outcome{State: message.Delivered, Reply: "250 ok"}
		}
		web := w.service(false) // of the process where staff click; no engine hears of it
		workers := []*delivery.Engine{w.worker(w.service(false)), w.worker(w.service(false))}
		stop := make(chan struct{})
		var working sync.WaitGroup
		for _, e := range workers {
			working.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					if _, err := e.Run(w.ctx, "one.example"); err != nil {
						t.Error(err)
					}
				}
			})
		}
		working.Go(func() { // time passes at its own pace
			for last := time.Now(); ; time.Sleep(5 * time.Millisecond) {
				select {
				case <-stop:
					return
				default:
					w.clock.Advance(time.Since(last))
					last = time.Now()
				}
			}
		})
		more := func(account id.ID) func() bool {
			_, from := seen.of(account)
			return func() bool { _, n := seen.of(account); return n > from+20 }
		}
		w.until("both are being sent", func() bool { _, a := seen.of(w.ID); _, b := seen.of(quiet.ID); return a > 20 && b > 20 })
		w.must(web.Stop(w.ctx, Staff{w.sam, "stolen password"}, w.ID))
		at := w.clock.Now()
		w.clock.Advance(10 * time.Second)
		_, before := seen.of(w.ID)
		w.until("the other goes on", more(quiet.ID))
		if last, n := seen.of(w.ID); last.Sub(at) > 10*time.Second && n > before+8 { // an attempt that had begun on each of eight connections
			t.Errorf("%d attempts, the last %s after the stop", n-before, last.Sub(at))
		}
		_, halted := seen.of(w.ID)
		w.must(web.StopEverything(w.ctx, Staff{w.sam, "the machine is not ours any more"}))
		w.clock.Advance(10 * time.Second)
		w.until("nothing is tried any more", func() bool {
			_, a := seen.of(quiet.ID)
			time.Sleep(100 * time.Millisecond)
			_, b := seen.of(quiet.ID)
			return a == b
		})
		_, rest := seen.of(quiet.ID)
		if rest >= 1_000 {
			t.Fatal("everything had gone before it was stopped: the test is blind")
		}
		time.Sleep(200 * time.Millisecond)
		if _, now := seen.of(quiet.ID); now != rest {
			t.Errorf("%d attempts while everything is stopped", now-rest)
		}
		if _, now := seen.of(w.ID); now != halted {
			t.Errorf("%d attempts for the stopped account", now-halted)
		}
		if n := w.count("SELECT COUNT(*) FROM deliveries WHERE state = 'held'"); n != 0 {
			t.Errorf("%d deliveries were changed; they only wait", n)
		}
		w.must(web.StartEverything(w.ctx, Staff{w.sam, "it is"}))
		w.must(web.Begin(w.ctx, Staff{w.sam, "new password"}, w.ID))
		w.clock.Advance(10 * time.Second)
		w.until("all is delivered", func() bool { _, a := seen.of(w.ID); _, b := seen.of(quiet.ID); return a == 1_000 && b == 1_000 })
		close(stop)
		working.Wait()
		w.verify()
		if got := w.post.kinds(); strings.Join(got, " ") != "stopped started" {
			t.Errorf("the owner was told %q", got)
		}
	})
}

// What is held is not taken at the doors either, for now and with the reason; the other
// stream is.
func TestDoorsRefuseWhatIsHeld(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.NewLimits = false
		ask := func(stream message.Stream) error { return w.doors.Allow(w.ctx, w.Scope, stream, 1) }
		w.must(ask(message.Broadcast))
		w.figure(w.Account, message.Broadcast, time.Hour, 1_000, 100, 0)
		w.must(w.Judge(w.ctx, w.ID))
		err := ask(message.Broadcast)
		if later, ok := submission.IsLater(err); !ok || !fault.Is(err, fault.Limited) || !strings.Contains(fault.SafeText(err), "Standing page") || later.Left != 0 {
			t.Errorf("broadcast: %v", err)
		}
		w.must(ask(message.Transactional))
		w.must(w.Suspend(w.ctx, Staff{w.sam, "phishing"}, w.ID))
		if err := ask(message.Transactional); !fault.Is(err, fault.Limited) || !strings.Contains(fault.SafeText(err), "suspended") {
			t.Errorf("transactional: %v", err)
		}
		w.verify()
	})
}

// A slowed account's broadcast mail leaves at its rate, and its transactional mail as ever.
func TestSlowedMailLeavesSlowly(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.figure(w.Account, message.Broadcast, time.Hour, 1_000, 70, 0)
		w.must(w.Judge(w.ctx, w.ID))
		if st := w.standing(); st.Level != Slowed {
			t.Fatalf("%+v", st)
		}
		seed.Messages(t, w.store, w.Account, message.Broadcast, "one.example", 100)
		seed.Messages(t, w.store, w.Account, message.Transactional, "one.example", 100)
		for range 60 {
			if _, err := w.engine.Run(w.ctx, "one.example"); err != nil {
				t.Fatal(err)
			}
			w.clock.Advance(time.Second)
		}
		b := w.count("SELECT COUNT(*) FROM deliveries WHERE state = 'delivered' AND stream = 'broadcast'")
		tr := w.count("SELECT COUNT(*) FROM deliveries WHERE state = 'delivered' AND stream = 'transactional'")
		if tr != 100 || b < 8 || b > leastRate+2 {
			t.Errorf("after a minute %d broadcast, %d transactional mails had left", b, tr)
		}
		board := delivery.NewBoard(w.store)
		words, err := board.Waits(w.ctx, message.Delivery{AccountID: w.ID, ID: id.New(), Stream: message.Broadcast, State: message.Queued, Destination: "one.example", DueAt: w.clock.Now()})
		if err != nil || !strings.Contains(words, "10 a minute") {
			t.Errorf("the message's page says %q, %v", words, err)
		}
	})
}
