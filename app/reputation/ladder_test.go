package reputation

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"smtpserver/app/broadcast"
	"smtpserver/app/fault"
	"smtpserver/app/message"
)

// F-54: in 30 simulated days eight workers, each with its own memory, together never take
// more than a day's limit, and exactly that much when they want more. The limit grows with
// each good day that used it, stands still on bad figures, and ends at the top.
func TestF54NewAccountsNeverExceedTheirDay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var doors []*Doors
		for range 8 {
			doors = append(doors, NewDoors(w.service(true), w.clock))
		}
		w.clock.Advance(15*time.Hour + time.Second) // a day begins
		rung := 0
		const badDay, idleDay = 3, 11
		for day := range 30 {
			want := int64(0)
			if rung < len(Ladder) {
				want = Ladder[rung]
			}
			tries, each := int64(40), want/25 // more than may go
			switch {
			case want == 0:
				each = 5_000
			case day == idleDay:
				tries, each = 1, want/10
			}
			var taken atomic.Int64
			var workers sync.WaitGroup
			for i, d := range doors {
				workers.Go(func() {
					for n := int64(i); n < tries; n += int64(len(doors)) {
						switch err := d.AllowMany(w.ctx, w.Scope, message.Broadcast, int(each)); {
						case err == nil:
							taken.Add(each)
						case !fault.Is(err, fault.Limited):
							t.Error(err)
						}
					}
				})
			}
			workers.Wait()
			got := taken.Load()
			if want > 0 && got > want || want > 0 && day != idleDay && got != want || want == 0 && got != tries*each {
				t.Fatalf("day %d: %d were let through, the limit is %d", day, got, want)
			}
			if day == badDay {
				w.figure(w.Account, message.Broadcast, 0, 1_000, 25, 0) // 2.5 %: no step, and no growth
			}
			if day != idleDay && (day < badDay || day >= badDay+6) {
				rung++ // the week remembers the bad day
			}
			w.clock.Advance(24 * time.Hour)
		}
		if rung <= len(Ladder) {
			t.Errorf("the test ends on rung %d, before the limits do", rung)
		}
		if n := w.count("SELECT COUNT(*) FROM sending_guards"); n != 0 {
			t.Error("one a second still holds")
		}
		w.verify()
	})
}

// One message of a new account goes to 50 recipients; what leaves goes at one a second;
// staff's trust ends both, with its reason.
func TestNewAccountsAndTrust(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		if err := w.doors.Allow(w.ctx, w.Scope, message.Transactional, 51); !fault.Is(err, fault.Invalid) || !strings.Contains(fault.SafeText(err), "50 recipients") {
			t.Errorf("51 recipients: %v", err)
		}
		w.must(w.doors.Allow(w.ctx, w.Scope, message.Transactional, 50))
		if n := w.count("SELECT per_minute FROM sending_guards WHERE account_id = ? AND cause = 'new'", w.ID); n != 60 {
			t.Errorf("%d leave in a minute", n)
		}
		p, err := w.Own(w.ctx, w.ID)
		if w.must(err); !p.New || p.Start.Taken != 50 || p.Start.Limit() != 200 {
			t.Errorf("%+v", p.Start)
		}
		w.must(w.Trust(w.ctx, Staff{w.sam, "known from before"}, w.ID))
		w.must(w.doors.Allow(w.ctx, w.Scope, message.Transactional, 5_000))
		if n := w.count("SELECT COUNT(*) FROM sending_guards"); n != 0 {
			t.Error("one a second still holds")
		}
		w.verify()
	})
}

// A new account's campaign goes on by itself the next day, and says so meanwhile.
func TestANewAccountsCampaignGoesOnTheNextDay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.exec("INSERT INTO account_starts (account_id, rung, day, taken) VALUES (?, 0, ?, 0)", w.ID, message.DayOf(w.clock.Now()))
		w.slowness = 0
		c := w.campaign(450)
		turn := func() (handed int64) {
			for range 10 {
				w.must(w.campaigns.Sweep(w.ctx))
				w.deliver(w.engine)
				w.clock.Advance(2 * time.Second)
			}
			return w.count("SELECT COUNT(*) FROM messages")
		}
		if n := turn(); n != 200 {
			t.Fatalf("%d were handed over on the first day", n)
		}
		if c = w.now(c); c.State != broadcast.Sending || !strings.Contains(c.Reason, "goes on by itself") || !strings.Contains(c.Reason, "200 recipients a day") {
			t.Errorf("%s: %q", c.State, c.Reason)
		}
		w.clock.Advance(15 * time.Hour)
		if n := turn(); n != 450 {
			t.Errorf("%d on the second day", n)
		}
		if c = w.now(c); c.State != broadcast.Done || c.Reason != "" {
			t.Errorf("%s: %q", c.State, c.Reason)
		}
		w.verify()
	})
}

// Old accounts that have sent are no new ones when the limits come.
func TestOldAccountsAreNotNew(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.exec("UPDATE accounts SET created_at = ? WHERE account_id = ?", w.clock.Now().AddDate(0, -2, 0), w.ID)
		for name, c := range map[string]struct {
			delivered int
			limited   bool
		}{"sent": {1_000, false}, "slept": {10, true}} {
			w.exec("DELETE FROM account_days")
			w.exec("DELETE FROM account_starts")
			w.exec(`INSERT INTO account_days (account_id, day, stream, messages, accepted, delivered, bounced, suppressed, expired, cancelled, ambiguous, complained)
				VALUES (?, '2026-01-01', 'broadcast', ?, ?, ?, 0, 0, 0, 0, 0, 0)`, w.ID, c.delivered, c.delivered, c.delivered)
			err := NewDoors(w.Service, w.clock).AllowMany(w.ctx, w.Scope, message.Broadcast, 201)
			if fault.Is(err, fault.Limited) != c.limited {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
