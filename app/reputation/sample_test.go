package reputation

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"smtpserver/app/broadcast"
	"smtpserver/app/delivery"
	"smtpserver/app/message"
)

// doubts says the same of every audience.
type doubts string

func (d doubts) Doubt(context.Context, broadcast.Campaign, int64) (string, error) {
	return string(d), nil
}

// A doubtful audience is tried with a random sample: the rest follows by itself when that
// went well, and waits with the numbers when not.
func TestADoubtfulAudienceIsTriedWithASample(t *testing.T) {
	for name, bounces := range map[string]int{"good": 0, "bad": 15} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, w *world) {
				w.exec("INSERT INTO account_starts (account_id, rung, day, taken, ended_at) VALUES (?, 8, '2026-01-01', 0, ?)", w.ID, w.clock.Now())
				w.campaigns.Doubts = doubts("Half of it is new.")
				w.slowness = 0
				first, n := 0, 0
				w.answer = func(p *delivery.Parcel) delivery.Outcome {
					w.mu.Lock()
					defer w.mu.Unlock()
					if number, _ := strconv.Atoi(strings.TrimPrefix(strings.TrimSuffix(p.Recipients[0].Recipient, "@one.example"), "r")); number < 600 {
						first++
					}
					if n++; n <= bounces {
						return noSuchMailbox
					}
					return delivery.Outcome{State: message.Delivered, Reply: "250 ok"}
				}
				c := w.campaign(1_200)
				w.must(w.campaigns.Sweep(w.ctx))
				w.deliver(w.engine)
				c = w.now(c)
				handed := w.count("SELECT COUNT(*) FROM messages")
				if handed < 195 || handed > 205 || first < 60 || first > 140 {
					t.Fatalf("%d got it, %d of them of the first half", handed, first)
				}
				if !strings.Contains(c.Reason, "Half of it is new.") || !strings.Contains(c.Reason, "sample") {
					t.Errorf("the campaign's page says %q", c.Reason)
				}
				for range 8 {
					w.clock.Advance(10 * time.Second)
					w.must(w.campaigns.Sweep(w.ctx))
					w.deliver(w.engine)
				}
				c = w.now(c)
				handed = w.count("SELECT COUNT(*) FROM messages")
				switch {
				case bounces == 0 && (c.State != broadcast.Done || handed != 1_200):
					t.Errorf("it went well: %s %q, %d got it", c.State, c.Reason, handed)
				case bounces > 0 && (c.State != broadcast.Paused || handed > 205 || !strings.Contains(c.Reason, "15 (7.")):
					t.Errorf("it went badly: %s %q, %d got it", c.State, c.Reason, handed)
				}
				w.verify()
			})
		})
	}
}
