package delivery

import (
	"context"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/clock"
	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/fakemx"
	"smtpserver/app/testkit/seed"
)

const twoHosts = "one.example. MX 10 mx1.one.example.\none.example. MX 20 mx2.one.example.\nmx1.one.example. A 127.0.0.5\nmx2.one.example. A 127.0.0.6\n"

func deliveries(t *testing.T, s *store.Store) (rows []message.Delivery) {
	t.Helper()
	err := s.SystemRead(t.Context(), "look in a test", func(_ context.Context, tx *gorm.DB) error {
		return tx.Order("delivery_id").Find(&rows).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// F-31: a 421 at any moment defers the message it was said to, and no other.
func TestF31OnlyTheTouchedMessageIsDeferred(t *testing.T) {
	for _, phase := range []fakemx.Phase{fakemx.Mail, fakemx.Rcpt, fakemx.Data, fakemx.Dot} {
		t.Run(string(phase), func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(noon)
			s := storetest.SQLite(t, c)
			said := fakemx.Once(fakemx.At(phase, fakemx.Action{Reply: "421 4.3.2 service closes", Close: true}))
			in := newInternet(t, "one.example. MX 10 mx1.one.example.\nmx1.one.example. A 127.0.0.5", map[string]fakemx.Options{"127.0.0.5": {Script: said}})
			a := seed.NewAccount(t, s, "Alpha")
			seed.Messages(t, s, a, message.Transactional, "one.example", 5)
			drain(t, s, in, "one.example")
			c.Advance(2 * firstPause) // the breath that a 421 asks for
			drain(t, s, in, "via:one.example")
			if got := states(t, s); got[message.Delivered] != 4 || got[message.Deferred] != 1 {
				t.Fatalf("states %v", got)
			}
			for _, d := range deliveries(t, s) {
				if d.State != message.Deferred {
					continue
				}
				if wait := d.DueAt.Sub(noon); d.Attempts != 1 || wait < firstRetry || wait > firstRetry*6/5 || !strings.HasPrefix(d.LastReply, "421") {
					t.Errorf("attempts %d, next in %s, %q", d.Attempts, wait, d.LastReply)
				}
			}
		})
	}
}

// F-31 and F-32: the waits double from five minutes to four hours, and come to six after a
// day, spread by a fifth.
func TestF31BackOffDoubles(t *testing.T) {
	t.Parallel()
	for n, base := range map[int]time.Duration{2: 10 * time.Minute, 3: 20 * time.Minute, 4: 40 * time.Minute, 5: 80 * time.Minute, 6: 160 * time.Minute, 7: 4 * time.Hour, 11: 4 * time.Hour, 12: 6 * time.Hour, 30: 6 * time.Hour} {
		for range 200 {
			if got := afterAtLeast(n); got < base*8/10 || got > base*12/10 {
				t.Fatalf("after attempt %d: %s, want %s and a fifth either way", n, got, base)
			}
		}
	}
}

// F-35: a server that hangs up before it gave a verdict is not the end: where it never
// spoke, the next exchanger is tried; later, the message waits. Nothing bounces.
func TestF35HangingUp(t *testing.T) {
	for _, phase := range []fakemx.Phase{fakemx.Connect, fakemx.Ehlo, fakemx.Mail, fakemx.Rcpt, fakemx.Data, fakemx.Content, fakemx.Dot} {
		t.Run(string(phase), func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(noon)
			s := storetest.SQLite(t, c)
			in := newInternet(t, twoHosts, map[string]fakemx.Options{
				"127.0.0.5": {Script: fakemx.At(phase, fakemx.Action{Drop: true})}, "127.0.0.6": {},
			})
			a := seed.NewAccount(t, s, "Alpha")
			seed.Messages(t, s, a, message.Transactional, "one.example", 1)
			drain(t, s, in, "one.example")
			d := deliveries(t, s)[0]
			beforeMail := phase == fakemx.Connect || phase == fakemx.Ehlo
			if beforeMail && (d.State != message.Delivered || len(in.servers["127.0.0.6"].Messages()) != 1) {
				t.Errorf("the next exchanger was not tried: %s, %s", d.State, d.Reason)
			}
			// Of the content we only know that it was written: the dot may have been read.
			doubt := phase == fakemx.Dot || phase == fakemx.Content && d.Ambiguous == 1
			if !beforeMail && (d.State != message.Deferred || d.Attempts != 1 || (d.Ambiguous == 1) != doubt) {
				t.Errorf("%s after %d attempts, %d ambiguous: %s", d.State, d.Attempts, d.Ambiguous, d.Reason)
			}
		})
	}
}

// F-48: what failed together does not come back together, and when it does come back no
// server sees more connections than its cap.
func TestF48ThunderingHerd(t *testing.T) {
	const herd = 600
	c := clock.NewFake(noon)
	s := storetest.SQLite(t, c)
	a := seed.NewAccount(t, s, "Alpha")
	seed.Messages(t, s, a, message.Broadcast, "one.example", herd)
	seed.Messages(t, s, a, message.Broadcast, "two.example", herd)
	closed := &scripted{width: 4, answer: func(p *Parcel) Report {
		return same(p, Outcome{State: message.Deferred, Class: message.ClassOurs, Reply: "451 4.3.0 later", Reason: "Later."})
	}}
	e, _ := newEngine(t, s, closed, t.TempDir())
	for _, d := range []string{"one.example", "two.example"} {
		if _, err := e.Run(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	perSecond := map[time.Duration]int{}
	var last time.Duration
	for _, d := range deliveries(t, s) {
		wait := d.DueAt.Sub(noon)
		if d.State != message.Deferred || wait < firstRetry || wait > firstRetry*6/5 {
			t.Fatalf("%s, next in %s", d.State, wait)
		}
		perSecond[wait.Truncate(time.Second)]++
		last = max(last, wait)
	}
	for second, n := range perSecond {
		if n > 2*herd/10 || len(perSecond) < 50 {
			t.Errorf("%d of %d come back in second %s, in all %d seconds", n, 2*herd, second, len(perSecond))
		}
	}
	// An hour later all is due at once, and both domains have one server.
	c.Advance(time.Hour)
	in := newInternet(t, "one.example. MX 10 mx.hoster.example.\ntwo.example. MX 10 mx.hoster.example.\nmx.hoster.example. A 127.0.0.5", map[string]fakemx.Options{"127.0.0.5": {}})
	back, _ := newEngine(t, s, in, t.TempDir())
	for n := 0; n < 20 && states(t, s)[message.Delivered] < 2*herd; n++ {
		for _, d := range []string{"one.example", "two.example", "via:hoster.example"} {
			if _, err := back.Run(t.Context(), d); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := states(t, s); got[message.Delivered] != 2*herd {
		t.Errorf("states %v", got)
	}
	if most := in.servers["127.0.0.5"].MostOpen(); most < 2 || most > profileOf("via:hoster.example").Connections {
		t.Errorf("%d connections at once, the cap is %d", most, profileOf("via:hoster.example").Connections)
	}
	if n := in.servers["127.0.0.5"].Connections(); n > 40 {
		t.Errorf("%d connections for %d messages: they are not kept", n, 2*herd)
	}
}
