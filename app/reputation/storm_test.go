package reputation

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"smtpserver/app/broadcast"
	"smtpserver/app/delivery"
	"smtpserver/app/message"
)

// F-60: a campaign whose recipients begin to bounce is paused within a minute, and at most
// 1 % of its recipients are tried after the threshold was crossed.
func TestF60ABounceStormPausesItsCampaign(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.NewLimits = false
		w.slowness = 20 * time.Millisecond // still faster than a server across a network that judges a recipient
		const size, fine = 5_000, 600
		crossedAt, bounced := 0, 0
		var crossed time.Time
		w.answer = func(p *delivery.Parcel) delivery.Outcome {
			w.mu.Lock()
			defer w.mu.Unlock()
			n, err := strconv.Atoi(strings.TrimPrefix(strings.TrimSuffix(p.Recipients[0].Recipient, "@one.example"), "r"))
			if err != nil || n < fine || n%3 > 0 {
				return delivery.Outcome{State: message.Delivered, Reply: "250 ok"}
			}
			if bounced++; crossedAt == 0 && float64(bounced) >= 0.08*float64(w.asked) {
				crossedAt, crossed = w.asked, time.Now()
			}
			return noSuchMailbox
		}
		c := w.campaign(size)
		stop := make(chan struct{})
		var working sync.WaitGroup
		working.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if err := w.campaigns.Sweep(w.ctx); err != nil {
					t.Error(err)
				}
				if _, err := w.engine.Run(w.ctx, "one.example"); err != nil {
					t.Error(err)
				}
				w.clock.Advance(50 * time.Millisecond)
			}
		})
		w.until("the pause", func() bool { return w.now(c).State == broadcast.Paused })
		w.mu.Lock()
		took := time.Since(crossed)
		w.mu.Unlock()
		w.until("the campaign is settled", func() bool { return w.now(c).Settled })
		close(stop)
		working.Wait()
		w.deliver(w.engine)
		further := w.told() - crossedAt
		t.Logf("crossed after %d recipients, %d further, paused after %s", crossedAt, further, took)
		if crossedAt == 0 || further > size/100 || took > time.Minute && !testing.Short() { // the race detector has a time of its own
			t.Errorf("%d further recipients of %d, after %s", further, size, took)
		}
		c = w.now(c)
		if !strings.Contains(c.Reason, "bounced because the address does not exist") || !strings.Contains(c.Reason, "8 %") {
			t.Errorf("the campaign's page does not say why: %q", c.Reason)
		}
		if got := w.steps(); !slices.Contains(got, string(StepCampaign)) || got[0] != string(StepCampaign) && got[0] != string(StepWarned) {
			t.Errorf("steps %q", got)
		}
		w.verify()
		// Who is mailed of it is asked of staff: they let it go on, and it is not paused again.
		w.must(w.Lift(w.ctx, Staff{w.sam, "the list is good, its provider had a fault"}, w.ID))
		w.must(w.LetGo(w.ctx, Staff{w.sam, "the list is good, its provider had a fault"}, w.ID, c.ID))
		w.mu.Lock()
		w.answer, w.slowness = nil, 0
		w.mu.Unlock()
		for range 200 {
			w.must(w.campaigns.Sweep(w.ctx))
			w.deliver(w.engine)
			if c = w.now(c); c.Ended() {
				break
			}
			w.clock.Advance(2 * time.Second)
		}
		if c.State != broadcast.Done {
			t.Errorf("the campaign did not go on: %s %s", c.State, c.Reason)
		}
		w.verify()
	})
}
