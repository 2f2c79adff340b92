package delivery

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"smtpserver/app/message"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/seed"
)

// tarpits is a transport whose servers take no message until they are told to, or we
// break off. Hosts named "late" are silent after the dot, the others before it.
type tarpits struct {
	scripted
	release chan struct{}

	mu   sync.Mutex
	open int // attempts under way
}

func (t *tarpits) Courier(string, Profile, func() int) Courier { return t }
func (t *tarpits) Narrow(string, int) int                      { return 0 }

func (t *tarpits) Deliver(ctx context.Context, p *Parcel) Report {
	t.count(1)
	defer t.count(-1)
	if strings.HasPrefix(p.Domain, "late") {
		if err := p.BeforeDot(); err != nil {
			return Report{Untried: true}
		}
	}
	select {
	case <-t.release:
		return accepts(p)
	case <-ctx.Done():
		return same(p, Outcome{State: message.Deferred, Reason: "The connection broke off."})
	}
}

func (t *tarpits) count(n int) { t.mu.Lock(); t.open += n; t.mu.Unlock() }

func (t *tarpits) underWay() int { t.mu.Lock(); defer t.mu.Unlock(); return t.open }

// impatient sets the times of this test.
func impatient(t *testing.T, stall, slot time.Duration) {
	t.Helper()
	oldStall, oldSlot := stallTime, slotTime
	stallTime, slotTime = stall, slot
	t.Cleanup(func() { stallTime, slotTime = oldStall, oldSlot })
}

// serveAll runs every destination at once; a destination comes out as its Run returns.
func serveAll(t *testing.T, e *Engine, destinations []string) <-chan string {
	t.Helper()
	returned := make(chan string, len(destinations))
	for _, d := range destinations {
		go func() {
			if more, err := e.Run(t.Context(), d); more || err != nil {
				t.Error(d, more, err)
			}
			returned <- d
		}()
	}
	return returned
}

func take(t *testing.T, from <-chan string, n int) {
	t.Helper()
	for i := range n {
		select {
		case <-from:
		case <-time.After(time.Minute):
			t.Fatalf("%d of %d slots were given back", i, n)
		}
	}
}

func tarpitWorld(t *testing.T, prefix string, n, slots int) (*tarpits, *Engine, []string) {
	t.Helper()
	s := storetest.SQLite(t, nil)
	a := seed.NewAccount(t, s, "Alpha")
	var destinations []string
	for i := range n {
		d := fmt.Sprintf("%s%d.example", prefix, i)
		seed.Messages(t, s, a, message.Transactional, d, 2)
		destinations = append(destinations, d)
	}
	tr := &tarpits{release: make(chan struct{})}
	e, _ := newEngine(t, s, tr, t.TempDir())
	e.slots.total = slots
	return tr, e, destinations
}

// F-36: as many tarpits as there are slots, all at once, keep one slot in five.
func TestF36TarpitsHoldAFifthOfTheSlots(t *testing.T) {
	impatient(t, 20*time.Millisecond, time.Hour)
	tr, e, destinations := tarpitWorld(t, "late", 20, 20)
	returned := serveAll(t, e, destinations)
	take(t, returned, 16)
	// The others stay: nothing is given up that need not be.
	if n := tr.underWay(); n != 20 || len(returned) > 0 {
		t.Errorf("%d attempts under way, %d slots more were given back", n, len(returned))
	}
	// Meanwhile another destination is served, in one of the free slots.
	close(tr.release)
	take(t, returned, 4)
	e.runs.Wait()
	if got := states(t, e.queue.store); got[message.Delivered] != 40 {
		t.Errorf("states %v", got)
	}
	if e.slots.detached != 0 || len(e.slots.stalled) != 0 {
		t.Errorf("after the end: %d runs without a slot, %d wait", e.slots.detached, len(e.slots.stalled))
	}
}

// Runs without a slot are bounded: what is more is cut off before its dot, costs no
// duplicate, and its destination rests.
func TestTarpitsWithoutSlotAreBounded(t *testing.T) {
	impatient(t, 5*time.Millisecond, 50*time.Millisecond)
	tr, e, destinations := tarpitWorld(t, "early", 30, 5)
	returned := serveAll(t, e, destinations)
	take(t, returned, 30)
	if n := tr.underWay(); n > 20 {
		t.Errorf("%d attempts under way with 5 slots", n)
	}
	got := states(t, e.queue.store)
	if got[message.Deferred] != 10 || got[message.Queued] != 50 {
		t.Errorf("states %v, want one attempt at each of the 10 that were too many", got)
	}
	all, err := NewBoard(e.queue.store).All(t.Context())
	if err != nil || len(all) != 10 || !strings.Contains(all[0].Words(), "too slowly") {
		t.Errorf("%d destinations rest: %+v, %v", len(all), all, err)
	}
	close(tr.release)
	e.runs.Wait()
	if got := states(t, e.queue.store); got[message.Delivered] != 40 || got[message.Deferred] != 10 {
		t.Errorf("states %v", got)
	}
}

// After the dot nothing is cut: it could arrive twice.
func TestNothingIsCutAfterTheDot(t *testing.T) {
	t.Parallel()
	var c cuts
	sent, unsent, late := &parcel{}, &parcel{}, &parcel{}
	after, end := c.begin(t.Context(), sent)
	defer end()
	before, end := c.begin(t.Context(), unsent)
	defer end()
	if !c.dotted(sent) {
		t.Error("no dot before the cut")
	}
	c.all()
	if after.Err() != nil || before.Err() == nil || c.dotted(unsent) {
		t.Errorf("after the dot: %v, before it: %v", after.Err(), before.Err())
	}
	begun, end := c.begin(t.Context(), late)
	defer end()
	if begun.Err() == nil || c.dotted(late) {
		t.Error("an attempt begins after the cut")
	}
}
