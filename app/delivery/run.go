package delivery

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"smtpserver/app/id"
	"smtpserver/app/message"
)

// Bounds of one run.
const (
	claimBatch     = 200              // deliveries leased at a time
	loadBytes      = 4 << 20          // content held in memory for one destination, about twice this
	perParcel      = 100              // recipients in one transaction (RFC 5321 §4.5.3.1.8 asks servers for 100)
	runTime        = 20 * time.Second // then the slot goes to another destination
	parcelsPerConn = 10               // waiting parcels that justify one more connection
)

// Run serves one destination until nothing is due there, the time slice is over
// or the engine stops. It reports whether work is left.
func (e *Engine) Run(ctx context.Context, destination string) (more bool, err error) {
	if e.isStopping() || e.resting.now(destination) {
		return false, nil
	}
	if !e.active.begin(destination) {
		return false, nil
	}
	defer e.active.end(destination)
	r := &run{Engine: e, destination: destination, parcels: make(chan *parcel, 2*claimBatch), results: make(chan []result, 64)}
	committed := make(chan struct{})
	go func() { defer close(committed); r.commitAll(context.WithoutCancel(ctx)) }()
	more, err = r.feed(ctx)
	close(r.parcels)
	r.couriers.Wait()
	close(r.results)
	<-committed
	if r.unreachable.Load() {
		e.resting.begin(destination)
	}
	return more, err
}

// run is the work on one destination: one feeder, some couriers, one committer.
type run struct {
	*Engine
	destination string
	parcels     chan *parcel
	results     chan []result
	couriers    sync.WaitGroup
	started     int // couriers
	waiting     atomic.Int64
	unreachable atomic.Bool
}

// parcel is a Parcel with what the run must remember about it.
type parcel struct {
	Parcel
	attempt id.ID
	claimed time.Time // when its lease was taken
}

// feed claims, loads and hands out parcels until there is nothing left to do.
func (r *run) feed(ctx context.Context) (more bool, err error) {
	deadline := time.Now().Add(runTime)
	for ctx.Err() == nil && !r.isStopping() && !r.unreachable.Load() {
		if time.Now().After(deadline) {
			return true, nil
		}
		claimedAt := time.Now()
		claimed, err := r.queue.claim(ctx, r.destination, claimBatch)
		if err != nil {
			r.active.suspect(r.destination)
			return false, err
		}
		if len(claimed) == 0 {
			return false, nil
		}
		if err := r.handOut(ctx, claimed, claimedAt); err != nil {
			return false, err
		}
		r.waitUntilHungry(ctx)
	}
	return false, nil
}

// waitUntilHungry lets the couriers work off most of a batch before the next claim.
func (r *run) waitUntilHungry(ctx context.Context) {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for r.waiting.Load() > claimBatch/4 && ctx.Err() == nil && !r.isStopping() {
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}

// handOut loads the claimed deliveries' messages in chunks of bounded size.
// What cannot be handed out any more is given back as it was.
func (r *run) handOut(ctx context.Context, claimed []*message.Delivery, at time.Time) error {
	messages, err := r.queue.loadMessages(ctx, claimed)
	if err != nil {
		return r.giveBack(ctx, claimed, err)
	}
	groups := group(claimed, messages)
	for len(groups) > 0 {
		n := chunk(groups)
		bodies, err := r.queue.loadBodies(ctx, groups[:n])
		if err != nil {
			return r.giveBack(ctx, flatten(groups), err)
		}
		for _, p := range groups[:n] {
			p.claimed, p.Content = at, bodies[p.Message.ID]
			r.give(p)
		}
		groups = groups[n:]
		if ctx.Err() != nil || r.isStopping() {
			return r.giveBack(ctx, flatten(groups), nil)
		}
	}
	return nil
}

func (r *run) giveBack(ctx context.Context, rows []*message.Delivery, cause error) error {
	if err := r.queue.release(context.WithoutCancel(ctx), rows); err != nil {
		r.active.suspect(r.destination)
		r.log.Warn("claimed deliveries not given back", "error", err)
	}
	return cause
}

// give queues a parcel and starts another courier when enough are waiting.
func (r *run) give(p *parcel) {
	waiting := r.waiting.Add(1)
	if r.started == 0 || r.started < r.transport.Connections() && waiting > int64(r.started*parcelsPerConn) {
		r.started++
		r.couriers.Go(r.carry)
	}
	r.parcels <- p
}

// carry is one courier's work: parcels in, results out, one connection.
func (r *run) carry() {
	courier := r.transport.Courier(r.destination)
	defer courier.Close()
	for p := range r.parcels {
		r.waiting.Add(-1)
		r.results <- r.deliver(courier, p)
	}
}

// deliver tries one parcel and words the results. A panic costs one parcel, not the process.
func (r *run) deliver(courier Courier, p *parcel) (results []result) {
	defer func() {
		if cause := recover(); cause != nil {
			r.log.Error("a delivery panicked", "message", p.Message.ID, "panic", fmt.Sprint(cause))
			results = p.all(Outcome{State: message.Deferred, Class: message.ClassOurs, Reason: "A fault on our side stopped this attempt. We try again."})
		}
	}()
	switch {
	case r.isStopping() || !r.renewed.safe(p.claimed):
		return p.untried()
	case r.unreachable.Load():
		return p.all(Outcome{State: message.Deferred, Class: message.ClassOurs, Reason: "No server of " + r.destination + " took a connection a moment ago. We try again later."})
	case p.Content == nil:
		return p.all(Outcome{State: message.Bounced, Class: message.ClassOurs, Reason: "The content of this message is no longer kept, so it cannot be sent."})
	}
	attempt, err := r.prepare(p)
	if err != nil {
		r.log.Error("a message could not be signed", "message", p.Message.ID, "error", err)
		return p.all(Outcome{State: message.Deferred, Class: message.ClassOurs, Soon: true, Reason: "We could not sign this message just now. We try again."})
	}
	began := time.Now()
	report := courier.Deliver(r.hardStop(), &p.Parcel)
	r.metrics.AttemptTook(time.Since(began))
	if report.Unreachable {
		r.unreachable.Store(true)
	}
	if report.Untried {
		return p.untried()
	}
	report.Attempt.AccountID, report.Attempt.MessageID, report.Attempt.ID = p.Message.AccountID, p.Message.ID, p.attempt
	report.Attempt.Selector = attempt.Selector
	report.clean()
	results = make([]result, len(p.Recipients))
	for i, d := range p.Recipients {
		results[i] = result{delivery: d, outcome: report.Outcomes[i], attempt: &report.Attempt}
	}
	return results
}

// hardStop is the context of attempts. They are bounded by the protocol's
// timeouts; a stop lets them finish, and the end of the process cuts them.
func (r *run) hardStop() context.Context { return context.Background() }

// prepare signs the message and sets what happens just before the dot.
func (r *run) prepare(p *parcel) (*message.Attempt, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	p.attempt = id.New()
	field, selector, err := r.signer.Sign(ctx, p.Message.AccountID, p.Message.DomainID, p.Content)
	if err != nil {
		return nil, err
	}
	if p.ReturnPath, err = r.signer.ReturnPath(ctx, p.Message); err != nil {
		return nil, err
	}
	p.Signature = field
	p.BeforeDot = func() error {
		if !r.renewed.safe(p.claimed) {
			return errLeaseLost
		}
		e := entry{attempt: p.attempt, account: p.Message.AccountID, message: p.Message.ID}
		for _, d := range p.Recipients {
			e.deliveries = append(e.deliveries, d.ID)
		}
		return r.journal.begin(e)
	}
	return &message.Attempt{Selector: selector}, nil
}

// all gives every recipient of the parcel the same outcome.
func (p *parcel) all(o Outcome) []result {
	results := make([]result, len(p.Recipients))
	for i, d := range p.Recipients {
		results[i] = result{delivery: d, outcome: o}
	}
	return results
}

// untried marks the deliveries to be given back as they were.
func (p *parcel) untried() []result { return p.all(Outcome{}) }
