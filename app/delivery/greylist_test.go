package delivery

import (
	"strings"
	"testing"
	"time"

	"smtpserver/app/clock"
	"smtpserver/app/message"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/fakemx"
	"smtpserver/app/testkit/seed"
)

// F-30: greylisting is waited for, told by its name, and slows nothing down.
func TestF30Greylisting(t *testing.T) {
	for window, most := range map[time.Duration]int{5 * time.Minute: 2, 15 * time.Minute: 3, 20 * time.Minute: 3} {
		t.Run(window.String(), func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(noon)
			s := storetest.SQLite(t, c)
			in := newInternet(t, "grey.example. MX 10 grey.example.\ngrey.example. A 127.0.0.5", map[string]fakemx.Options{
				"127.0.0.5": {Greylist: window, Now: c.Now},
			})
			a := seed.NewAccount(t, s, "Alpha")
			n := seed.Messages(t, s, a, message.Transactional, "grey.example", 1)[0]
			e, _ := newEngine(t, s, in, t.TempDir())
			scope, tries := a.Scope, 0
			for began := c.Now(); ; tries++ {
				e.renewed.set()
				if _, err := e.Run(t.Context(), "grey.example"); err != nil {
					t.Fatal(err)
				}
				if _, err := e.Run(t.Context(), "via:grey.example"); err != nil {
					t.Fatal(err)
				}
				shown, err := message.NewArchive(s).Show(t.Context(), scope, n.Message.ID)
				if err != nil {
					t.Fatal(err)
				}
				d := shown.Deliveries[0]
				if d.State == message.Delivered {
					if tries+1 != d.Attempts || d.Attempts > most || c.Now().Sub(began) < window {
						t.Errorf("delivered by attempt %d after %s", d.Attempts, c.Now().Sub(began))
					}
					break
				}
				wait := d.DueAt.Sub(c.Now())
				if d.State != message.Deferred || !strings.Contains(d.Reason, "greylisting") || wait < 5*time.Minute || tries == most {
					t.Fatalf("after try %d: %s, %q, next in %s", tries+1, d.State, d.Reason, wait)
				}
				c.Advance(wait + time.Millisecond)
			}
			p, err := e.pace(t.Context(), "via:grey.example")
			if err != nil || p.peek().State != Open || p.connections(c.Now()) != 4 {
				t.Errorf("the destination was slowed down: %+v, %v", p.peek(), err)
			}
		})
	}
}

func TestGreylistWaitAsTold(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"450 4.7.1 Greylisted":                                  5 * time.Minute,
		"421 4.7.1 Greylisted, please try again in 300 seconds": 5 * time.Minute,
		"450 greylisted, try again in 10 minutes":               10 * time.Minute,
		"450 greylisted for 30 seconds":                         5 * time.Minute,
		"450 greylisted, retry in 99999 minutes":                time.Hour,
		"450 greylisted 4711 you":                               5 * time.Minute,
	} {
		if got := greylistWait(text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
		for n := 1; n < 4; n++ {
			if got := afterGreylist(n, want); got < want || n > 1 && got < greylistAgain || got > 72*time.Minute {
				t.Errorf("%q: attempt %d waits %s", text, n, got)
			}
		}
	}
}
