package delivery

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"smtpserver/app/id"
	"smtpserver/app/message"
)

// Bounds of one run.
const (
	claimBatch     = 200              // deliveries leased at a time, at most
	loadBytes      = 4 << 20          // content held in memory for one destination, about twice this
	perParcel      = 100              // recipients in one transaction (RFC 5321 §4.5.3.1.8 asks servers for 100)
	runTime        = 20 * time.Second // then the slot goes to another destination
	parcelsPerConn = 10               // waiting parcels that justify one more connection
	deadDomains    = 3                // without a server, and none with one: the destination itself is away
)

// Run serves one destination until nothing is due there, the time slice is over
// or the engine stops. It reports whether work is left.
func (e *Engine) Run(ctx context.Context, destination string) (more bool, err error) {
	if e.isStopping() || e.paces.resting(destination, e.queue.store.Now()) || !e.active.begin(destination) {
		return false, nil
	}
	r, err := e.newRun(ctx, destination)
	if r == nil || err != nil {
		e.active.end(destination)
		return false, err
	}
	done := make(chan struct{})
	e.runs.Go(func() {
		defer close(done)
		more, err = r.work(context.WithoutCancel(ctx))
		e.active.end(destination)
		detached := r.slot.Swap(slotEnded) == slotGivenUp
		e.slots.ended(r, detached)
		if more && err == nil && detached {
			e.wake(destination, true)
		}
	})
	watch := time.NewTicker(stallTime / 2)
	defer watch.Stop()
	for {
		select {
		case <-done:
			return more, err
		case now := <-watch.C:
			switch e.slots.judge(r, r.attempts.idle(now)) {
			case detach:
				if r.slot.CompareAndSwap(slotHeld, slotGivenUp) {
					return false, nil
				}
				e.slots.ended(r, true) // the run has just ended
			case cutOff:
				r.cutOff()
			}
		}
	}
}

// newRun prepares a run; nil when the destination's mail belongs to another one now.
func (e *Engine) newRun(ctx context.Context, destination string) (*run, error) {
	if !grouped(destination) {
		group, err := e.transport.Destination(ctx, destination)
		if err == nil && group != destination { // an error is for the attempt to tell
			if err := e.queue.move(ctx, destination, group); err != nil {
				return nil, err
			}
			e.wake(group, true)
			return nil, nil
		}
	}
	p, err := e.pace(ctx, destination)
	if err != nil || p.connections(e.queue.store.Now()) == 0 {
		return nil, err
	}
	if n, err := e.takeShare(ctx, p); err != nil {
		return nil, err
	} else if n == 0 {
		e.later(destination, e.queue.store.Now().Add(stepTime), false)
		return nil, nil
	}
	r := &run{Engine: e, destination: destination, profile: p.treatment(), pace: p, parcels: make(chan *parcel, 2*claimBatch)}
	return r, nil
}

// run is the work on one destination: one feeder and some couriers.
type run struct {
	*Engine
	destination string
	profile     Profile
	pace        *pace
	parcels     chan *parcel
	couriers    sync.WaitGroup
	unstored    sync.WaitGroup // parcels whose outcomes the committer has
	running     atomic.Int64   // couriers
	waiting     atomic.Int64   // parcels
	served      atomic.Int64   // parcels that a server answered
	attempts    attempts
	over        atomic.Bool  // the destination rests: hand nothing out any more
	slot        atomic.Int32 // slotHeld …
	dead        dead
	cuts        cuts
	held        atomic.Int64 // octets of content in memory
}

// What became of a run's slot: exactly one of its run and its watcher gives it up.
const (
	slotHeld int32 = iota
	slotGivenUp
	slotEnded
)

// allowed is how many connections the run may have open now.
func (r *run) allowed() int { return r.Engine.allowed(r.pace) }

// parcel is a Parcel with what the run must remember about it.
type parcel struct {
	Parcel
	attempt id.ID
	claimed time.Time // when its lease was taken
}

// work feeds couriers until there is nothing left to do, and waits for them.
func (r *run) work(ctx context.Context) (more bool, err error) {
	more, err = r.feed(ctx)
	close(r.parcels)
	r.couriers.Wait()
	r.unstored.Wait()
	r.savePace(ctx, r.pace)
	r.leaveShare(ctx, r.pace)
	return more, err
}

// cutOff ends the attempts that may be ended, and lets the destination rest.
func (r *run) cutOff() {
	if !r.over.Swap(true) {
		r.pace.unreachable(r.queue.store.Now(), tooSlow)
		r.log.Warn("a destination is cut off: too many others are as slow", "destination", r.destination)
	}
	r.cuts.all()
}

// feed claims, loads and hands out parcels.
func (r *run) feed(ctx context.Context) (more bool, err error) {
	deadline, gained := time.Now().Add(runTime), false
	for !r.isStopping() && !r.over.Load() {
		if time.Now().After(deadline) {
			return true, nil
		}
		if _, err := r.takeShare(ctx, r.pace); err != nil {
			return false, err
		}
		claimedAt := time.Now()
		wanted := r.pace.batch(r.allowed())
		claimed, err := r.queue.claim(ctx, r.destination, wanted, r.pace.perMinute())
		if err != nil {
			r.active.suspect(r.destination)
			return false, err
		}
		if len(claimed.rows) == 0 {
			if claimed.next.IsZero() {
				r.laters.forget(r.destination)
			} else {
				r.later(r.destination, claimed.next, gained)
			}
			return false, nil
		}
		gained = true
		r.heed(claimed.detours)
		if err := r.handOut(ctx, claimed, claimedAt); err != nil {
			return false, err
		}
		r.waitUntilHungry(int64(wanted / 4))
	}
	return false, nil
}

// waitUntilHungry lets the couriers work off most of a batch before the next claim.
func (r *run) waitUntilHungry(left int64) {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for r.waiting.Load() > left && !r.isStopping() {
		<-tick.C
	}
}

// waitForRoom lets the couriers work off most of the content in memory before more is
// loaded.
func (r *run) waitForRoom() {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for r.held.Load() > loadBytes && !r.isStopping() && !r.over.Load() {
		<-tick.C
	}
}

// handOut loads the claimed deliveries' messages in chunks of bounded size.
// What cannot be handed out any more is given back as it was.
func (r *run) handOut(ctx context.Context, claimed batch, at time.Time) error {
	messages, err := r.queue.loadMessages(ctx, claimed.rows)
	if err != nil {
		r.giveBack(ctx, r.destination, claimed.rows)
		return err
	}
	ways := detours{byDestination(claimed.detours), r.box}
	groups := group(claimed.rows, messages, r.profile.AnyDomain && !ways.ofDomains())
	for len(groups) > 0 {
		r.waitForRoom()
		n := chunk(groups)
		bodies, err := r.queue.loadBodies(ctx, groups[:n])
		if err != nil {
			r.giveBack(ctx, r.destination, flatten(groups))
			return err
		}
		for _, p := range groups[:n] {
			p.claimed, p.Content, p.Detour = at, bodies[p.Message.ID], ways.of(p.Domain, r.destination)
			r.give(p)
		}
		groups = groups[n:]
		if r.isStopping() || r.over.Load() {
			r.giveBack(ctx, r.destination, flatten(groups))
			return nil
		}
	}
	return nil
}

// giveBack frees claimed deliveries. Where that fails, freeForgotten does it later.
func (e *Engine) giveBack(ctx context.Context, destination string, rows []*message.Delivery) {
	if err := e.queue.release(ctx, rows); err != nil {
		e.active.suspect(destination)
		e.log.Warn("claimed deliveries not given back", "error", err)
	}
}

// give queues a parcel and starts another courier when enough are waiting and the
// destination takes one more connection.
func (r *run) give(p *parcel) {
	r.held.Add(int64(len(p.Content)))
	waiting, running := r.waiting.Add(1), r.running.Load()
	allowed := int64(r.allowed())
	if running == 0 || running < allowed && waiting > running*parcelsPerConn {
		r.running.Add(1)
		r.couriers.Go(r.carry)
	}
	r.parcels <- p
}

// carry is one courier's work: parcels in, results out. It ends early when the
// destination takes fewer connections now; the last one stays.
func (r *run) carry() {
	courier := r.transport.Courier(r.destination, r.profile, r.allowed)
	defer courier.Close()
	for p := range r.parcels {
		r.waiting.Add(-1)
		results := r.deliver(courier, p)
		r.unstored.Add(1)
		r.commits.queue <- outcomes{results, r.unstored.Done}
		r.held.Add(-int64(len(p.Content)))
		p.Content = nil
		if n := r.running.Load(); n > 1 && n > int64(r.allowed()) && r.running.CompareAndSwap(n, n-1) {
			return
		}
	}
}

// record tells the pace what a report means for the destination.
func (r *run) record(p *parcel, report Report, took time.Duration) {
	now := r.queue.store.Now()
	throttled := throttledBy(report.Outcomes)
	switch {
	case p.relayed() && p.Detour.Destination != r.destination: // a relay of one domain says nothing of the others
		if report.Unreachable {
			r.dead.add(p.line())
		}
	case throttled != "":
		r.served.Add(1)
		r.pace.throttled(now, p.blame(throttled))
	case !report.Unreachable:
		r.served.Add(1)
		r.pace.delivered(took)
	default:
		r.dead.add(p.line())
		if p.relayed() || r.isAway() {
			r.pace.unreachable(now, p.blame(report.Cause))
		}
	}
	if r.pace.connections(now) == 0 {
		r.over.Store(true)
	}
}

// isAway tells a dead destination from a group in which one domain has no server.
func (r *run) isAway() bool {
	return !grouped(r.destination) || r.profile.AnyDomain || r.served.Load() == 0 && r.dead.count() >= deadDomains
}

// throttledBy returns the reply that says we are too fast; "" when none does.
func throttledBy(outcomes []Outcome) string {
	for _, o := range outcomes {
		if o.Throttled {
			return o.Reply
		}
	}
	return ""
}

// dead remembers domains none of whose servers took a connection in this run.
type dead struct {
	mu      sync.Mutex
	domains map[string]bool
}

func (d *dead) add(domain string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.domains == nil {
		d.domains = map[string]bool{}
	}
	d.domains[strings.ToLower(domain)] = true
}

func (d *dead) has(domain string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.domains[strings.ToLower(domain)]
}

func (d *dead) count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.domains)
}
