package broadcast

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/content"
	"smtpserver/app/message"
)

// trap is an audience that does something before and after a part of the work is asked for.
type trap struct {
	*crowd
	freeze func()
	people func()
}

func (t trap) Freeze(ctx context.Context, c Campaign, s Slice) (string, error) {
	next, err := t.crowd.Freeze(ctx, c, s)
	if t.freeze != nil {
		t.freeze()
	}
	return next, err
}

func (t trap) People(ctx context.Context, c Campaign, of []Recipient) ([]Person, error) {
	if t.people != nil {
		t.people()
	}
	return t.crowd.People(ctx, c, of)
}

// F-03 and peer 1: a process dies at a random moment of freezing and handing over, twenty
// times. Nothing is handed over twice, and nobody is forgotten.
func TestF03KilledAtRandomMoments(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		seed := uint64(time.Now().UnixNano())
		t.Logf("seed %d", seed)
		r := rand.New(rand.NewPCG(seed, 3))
		w.crowd.fill(3000, "one.example", "two.example", "three.example")
		w.crowd.most = 400
		c := w.started(w.brief())
		for range 20 {
			doomed := w.service(w.accept)
			doomed.place = 1000
			ctx, kill := context.WithTimeout(w.ctx, time.Duration(r.Int64N(int64(60*time.Millisecond))))
			err := doomed.Sweep(ctx)
			kill()
			if err != nil && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, context.Canceled) {
				t.Logf("the dying process said %v", err)
			}
			w.must(w.Recover(w.ctx)) // it is dead: its claim is free
			w.clock.Advance(6 * time.Second)
			w.sums(c)
		}
		w.finish(c)
		w.once()
		if got := w.sums(c); got.Sent != 3000 || got.Audience != 3000 {
			t.Errorf("%+v", got)
		}
		w.verify()
	})
}

// Peer 6: several workers of several processes at once, and claims that run out under
// them: the database alone decides, and each recipient is handed over once.
func TestPeer06ManyWorkersAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.crowd.fill(2000, "one.example", "two.example", "three.example")
		w.crowd.most = 300
		c := w.started(w.brief())
		var workers sync.WaitGroup
		stop := make(chan struct{})
		for range 3 {
			other := w.service(w.accept)
			other.place, other.turn = 5000, 20*time.Millisecond
			workers.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					if err := other.Sweep(w.ctx); err != nil {
						t.Error(err)
					}
				}
			})
		}
		for range 200 { // every claim runs out at once
			w.clock.Advance(leaseTime + time.Second)
			time.Sleep(5 * time.Millisecond)
			if w.sums(c).Queued == 2000 {
				break
			}
		}
		close(stop)
		workers.Wait()
		w.finish(c)
		w.once()
		w.verify()
	})
}

// F-06: a worker that lost its claim while it was at work stores nothing of it.
func TestF06ALateWorkerStoresNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.crowd.fill(100)
		late := w.service(w.accept)
		taken := false
		late.Audiences = map[Kind]Audience{ToContacts: trap{crowd: w.crowd, people: func() {
			if taken {
				return
			}
			taken = true
			w.clock.Advance(leaseTime + time.Second)
			w.sweep() // another worker takes over and hands all over
		}}}
		c := w.started(w.brief())
		w.must(late.Sweep(w.ctx))
		if got := w.sums(c); got.Queued != 100 {
			t.Errorf("%+v", got)
		}
		w.finish(c)
		w.once()
		w.verify()
	})
}

// F-55: somebody pauses while a batch is being made: nothing of the batch is stored.
func TestF55APauseBetweenMakingAndStoring(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.crowd.fill(100)
		c := w.create(w.brief())
		w.Audiences = map[Kind]Audience{ToContacts: trap{crowd: w.crowd, people: func() { w.must(w.Pause(w.ctx, w.Scope, c.ID)) }}}
		w.must(w.Start(w.ctx, w.Scope, c.ID))
		w.sweep()
		if got := w.sums(c); got.Queued != 0 || got.Waiting != 100 || w.now(c).State != Paused {
			t.Errorf("%s, %+v", w.now(c).State, got)
		}
		w.Audiences = map[Kind]Audience{ToContacts: w.crowd}
		w.must(w.Resume(w.ctx, w.Scope, c.ID))
		w.finish(c)
		w.once()
		w.verify()
	})
}

// Paused or cancelled in the middle of freezing, a campaign goes on or ends where it was.
func TestStoppedWhileFreezing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.crowd.fill(1000)
		w.crowd.most = 100
		slices := 0
		w.Audiences = map[Kind]Audience{ToContacts: trap{crowd: w.crowd, freeze: func() { slices++ }}}
		c := w.started(w.brief())
		w.claimed(func(one Campaign) {
			w.must(w.begin(w.ctx, &one))
			for range 3 {
				w.must(w.step(w.ctx, one, "freeze a slice in a test", func(ctx context.Context, tx *gorm.DB) (err error) {
					one.Position, err = w.freezeSlice(ctx, tx, one, 100)
					return err
				}))
			}
			w.must(w.release(w.ctx, one, w.store.Now()))
		})
		w.must(w.Pause(w.ctx, w.Scope, c.ID))
		w.sweep()
		if got := w.now(c); got.State != Paused || slices != 3 {
			t.Errorf("after %d slices it is %s", slices, got.State)
		}
		w.verify()
		w.must(w.Resume(w.ctx, w.Scope, c.ID))
		w.finish(c)
		w.once()
		if slices != 10 {
			t.Errorf("%d slices were frozen, some twice", slices)
		}
		w.verify()
	})
}

// claimed claims what is due and hands it to a function.
func (w *world) claimed(do func(Campaign)) {
	w.Helper()
	c, found, err := w.claim(w.ctx)
	w.must(err)
	if !found {
		w.Fatal("nothing is due")
	}
	do(c)
}

// F-26 and peer 4: a restored database asks before it sends to who may have it already,
// and what had not begun by then goes on by itself.
func TestF26RestoredCampaignsAsk(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.crowd.fill(500)
		later := w.brief()
		later.Plan = Plan{When: At, At: w.store.Now().Add(time.Hour)}
		under, planned := w.started(w.brief()), w.started(later)
		w.sweep()
		missed := w.started(w.brief())
		if _, err := message.HoldRestored(w.ctx, w.store); err != nil {
			t.Fatal(err)
		}
		n, err := HoldRestored(w.ctx, w.store)
		if err != nil || n != 2 {
			t.Errorf("%d campaigns ask: %v", n, err)
		}
		w.sweep()
		w.deliver()
		if len(w.sunk) != 0 {
			t.Errorf("%d were sent without an answer", len(w.sunk))
		}
		for _, c := range []Campaign{under, missed} {
			if got := w.now(c); got.Asks != AsksRestored || got.Reason == "" {
				t.Errorf("it is %s and asks %q", got.State, got.Asks)
			}
		}
		if got := w.now(planned); got.State != Scheduled || got.Asks != Nothing {
			t.Errorf("what had not begun is %s and asks %q", got.State, got.Asks)
		}
		w.verify()
		w.must(w.Resume(w.ctx, w.Scope, under.ID))
		w.must(w.Cancel(w.ctx, w.Scope, missed.ID))
		w.finish(under)
		w.finish(missed)
		w.once()
		w.verify()
	})
}

// An address that waits for a slow destination holds up nobody else.
func TestAFullDestinationHoldsUpNobody(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.crowd.fill(1000, "slow.example")
		w.crowd.members = append(w.crowd.members, member{address: "last@fast.example"})
		c := w.started(w.brief())
		w.sweep()
		if got := w.sums(c); got.Queued != 301 {
			t.Errorf("%+v", got)
		}
		w.finish(c)
		w.once()
		w.verify()
	})
}

func TestPlansAreKept(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for i, zone := range []string{"Asia/Tokyo", "Europe/Berlin", ""} {
			w.crowd.members = append(w.crowd.members, member{address: "z" + string(rune('0'+i)) + "@one.example", zone: zone})
		}
		morning := w.store.Now().Truncate(24 * time.Hour).Add(48*time.Hour + 9*time.Hour)
		b := w.brief()
		b.Plan = Plan{When: InZone, At: morning, Zone: "America/New_York"}
		c := w.started(b)
		for _, step := range []struct {
			at     time.Time
			queued int64
		}{{morning.Add(-14 * time.Hour), 0}, {morning.Add(-9 * time.Hour), 1}, {morning, 2}, {morning.Add(6 * time.Hour), 3}} {
			w.clock.Advance(step.at.Sub(w.store.Now()))
			w.sweep()
			w.deliver()
			if got := w.sums(c); got.Sent != step.queued {
				t.Errorf("at %s %d are sent, want %d: next look %v", step.at, got.Sent, step.queued, w.now(c).NextAt)
			}
		}
		w.finish(c)

		w.crowd.members = nil
		w.crowd.fill(200)
		b.Plan = Plan{When: Spread, Until: w.store.Now().Add(2 * time.Hour)}
		c = w.started(b)
		w.sweep()
		for _, want := range []int64{50, 100, 150} {
			for range 30 {
				w.clock.Advance(time.Minute)
				w.sweep()
				w.deliver()
			}
			if got := w.sums(c).Sent; got < want || got > want+2 {
				t.Errorf("%d are sent, want %d", got, want)
			}
		}
		w.clock.Advance(30 * time.Minute)
		w.finish(c)
		w.verify()
	})
}

// results are those of a test.
type results []Result

func (r results) Variants(context.Context, Campaign) ([]Result, error) { return r, nil }

// A test goes to its share, waits for its time, and the rest gets what won; a second look
// changes nothing.
func TestTheWinnerGoesToTheRest(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.crowd.fill(1000)
		w.Results = results{{Delivered: 100, Opens: 10}, {Delivered: 100, Opens: 30}}
		b := w.brief()
		b.Content = []Variant{
			{Name: "A", Source: content.Source{Subject: "A", Body: "{{ unsubscribe_url }}"}},
			{Name: "B", Source: content.Source{Subject: "B", Body: "{{ unsubscribe_url }}"}},
		}
		b.Test = Test{Share: 20, By: ByOpens, After: time.Hour}
		c := w.started(b)
		count := func() map[string]int {
			n := map[string]int{}
			for _, subject := range w.subjects {
				n[subject]++
			}
			return n
		}
		for range 3 {
			w.sweep()
			w.deliver()
			w.clock.Advance(2 * time.Second)
		}
		if n := count(); n["A"] < 95 || n["A"] > 105 || n["B"] < 95 || n["B"] > 105 {
			t.Errorf("the test went to %v", n)
		}
		if got := w.now(c); got.State != Sending || got.Reason == "" || got.TestedAt == nil || got.NextAt == nil {
			t.Errorf("while the test runs: %s, %q, next look %v", got.State, got.Reason, got.NextAt)
		}
		w.verify()
		w.clock.Advance(time.Hour)
		c = w.finish(c)
		if n := count(); c.Winner != 1 || n["A"]+n["B"] != 1000 || n["A"] > 105 {
			t.Errorf("variant %d won: %v", c.Winner, n)
		}
		w.once()
		w.verify()

		again, err := w.Copy(w.ctx, w.Scope, c.ID, FollowsUnopened)
		w.must(err)
		if again.Tested() || again.Content[0].Source.Subject != "B" || again.ParentID != c.ID || again.SeriesID != c.ID || again.Follows != FollowsUnopened {
			t.Errorf("what follows is %+v", again)
		}
	})
}

// Without a time a person chooses, and until then the rest waits.
func TestAPersonChoosesTheWinner(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.crowd.fill(100)
		b := w.brief()
		b.Content = append(b.Content, b.Content[0])
		b.Test = Test{Share: 10}
		c := w.started(b)
		for range 5 {
			w.sweep()
			w.deliver()
			w.clock.Advance(time.Minute)
		}
		if got := w.sums(c); got.Sent < 9 || got.Sent > 11 {
			t.Errorf("%+v", got)
		}
		w.must(w.Choose(w.ctx, w.Scope, c.ID, 0))
		w.finish(c)
		w.once()
	})
}

func TestATestMailIsNoPartOfTheCampaign(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		c := w.create(w.brief())
		if _, err := w.SendTest(w.ctx, w.Scope, c.ID, 0, "me@one.example", content.Person{Name: "Me"}); err != nil {
			t.Fatal(err)
		}
		w.deliver()
		if got := w.subjects["me@one.example"]; got != "[Test] Hello Me" {
			t.Errorf("the subject is %q", got)
		}
		if got := w.sums(c); got != (Sums{}) {
			t.Errorf("%+v", got)
		}
		w.verify()
	})
}

// Who is erased is in no row of a campaign any more; the numbers stay.
func TestAnErasedPersonIsInNoRow(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.crowd.fill(500)
		w.crowd.members = append(w.crowd.members, member{address: "r1@one.example", excluded: Duplicate})
		c := w.started(w.brief())
		w.sweep() // 300 are in the queue
		for _, address := range []string{"r1@one.example", "r400@one.example"} {
			w.must(w.ErasePerson(w.ctx, w.Scope, address))
			w.must(w.ErasePerson(w.ctx, w.Scope, address))
		}
		w.finish(c)
		if got := w.sums(c); got.Sent != 499 || got.Skipped != 1 || got.Duplicate != 1 {
			t.Errorf("%+v", got)
		}
		for _, r := range w.listed(c, ListAll, 100) {
			if r.Address == "r1@one.example" || r.Address == "r400@one.example" {
				t.Errorf("%s stands in row %d", r.Address, r.Number)
			}
		}
		if w.sunk["r1@one.example"] != 1 || w.sunk["r400@one.example"] != 0 {
			t.Errorf("copies: %d, %d", w.sunk["r1@one.example"], w.sunk["r400@one.example"])
		}
		w.verify()
	})
}
