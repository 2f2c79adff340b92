package delivery

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"smtpserver/app/id"
	"smtpserver/app/secret"
	"smtpserver/app/store"
)

// Options is what an Engine works with.
type Options struct {
	Store     *store.Store
	Transport Transport
	Signer    Signer
	Metrics   Metrics
	Log       *slog.Logger
	Wake      func(destination string, urgent bool) // another run is wanted there
	DataDir   string                                // journals live in its folder "journal"
	Slots     int                                   // destinations served at once; 0 means 40
	Alone     bool                                  // no other process delivers from this database (embedded)
	Bad       func(account, campaign id.ID)         // a stored outcome speaks against its sender; nil: nobody asks
	Box       *secret.Box                           // opens passwords of relays
}

// Engine delivers. One process has one.
type Engine struct {
	queue     *queue
	commits   *committer
	journal   *journal
	transport Transport
	signer    Signer
	metrics   Metrics
	log       *slog.Logger
	dir       string
	alone     bool
	shares    shares
	limits    limited
	heeded    heeded
	box       *secret.Box

	stopping chan struct{} // closed by Stop: claim no more, finish what was begun
	stopOnce sync.Once
	paces    paces
	stops    stops
	optOuts  optOuts
	runs     sync.WaitGroup
	wake     func(destination string, urgent bool)
	bad      func(account, campaign id.ID)
	active   active
	renewed  renewed
	slots    slots
	laters   later
	swept    time.Time // when the sweeper was last noted
}

// New opens the engine's journal. Call Recover before the first Run.
func New(o Options) (*Engine, error) {
	owner := string(id.New())
	dir := filepath.Join(o.DataDir, "journal")
	j, err := openJournal(dir, owner)
	if err != nil {
		return nil, err
	}
	q := &queue{store: o.Store, owner: owner}
	e := &Engine{
		queue: q, optOuts: optOuts{queue: q}, journal: j, transport: o.Transport, signer: o.Signer,
		slots: slots{total: cmp.Or(o.Slots, 40)}, metrics: o.Metrics, log: o.Log, wake: o.Wake, bad: o.Bad, box: o.Box, dir: dir, alone: o.Alone, shares: shares{alone: o.Alone}, stopping: make(chan struct{}),
	}
	e.commits = newCommitter(e)
	return e, nil
}

// Recover settles what dead workers of this machine left behind: what may have
// been delivered unseen is counted, and their leases are freed.
func (e *Engine) Recover(ctx context.Context) error {
	found, err := orphans(e.dir)
	if err != nil {
		return err
	}
	for _, o := range found {
		n, err := e.queue.recover(ctx, o)
		if err != nil {
			return err
		}
		if err := o.remove(); err != nil {
			return fmt.Errorf("delivery: remove a recovered journal: %w", err)
		}
		if err := e.queue.forgetShares(ctx, o.owner); err != nil {
			return err
		}
		e.metrics.Ambiguous(n)
		e.log.Info("recovered a dead worker", "owner", o.owner, "maybe_delivered", n)
	}
	if e.alone {
		return e.queue.releaseOwner(ctx, "")
	}
	return nil
}

// KeepLeases renews this process' leases until ctx ends.
func (e *Engine) KeepLeases(ctx context.Context) {
	tick := time.NewTicker(renewEvery)
	defer tick.Stop()
	e.renewed.set()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		e.freeForgotten(ctx)
		began := time.Now()
		if err := e.queue.renew(ctx); err != nil {
			e.log.Warn("leases not renewed", "error", err)
			continue
		}
		e.renewed.setAt(began)
	}
}

// freeForgotten gives back leases that no run of ours knows of. A claim whose
// answer was lost with the database's connection may have been committed; renewed
// with the others, it would be held for ever.
func (e *Engine) freeForgotten(ctx context.Context) {
	for _, destination := range e.active.doubtful() {
		if !e.active.begin(destination) {
			continue // its run is at work; the next round will see
		}
		err := e.queue.releaseDestination(ctx, destination)
		if err == nil {
			e.active.trust(destination)
		}
		e.active.end(destination)
	}
}

// Due lists destinations that have work now and are not resting.
func (e *Engine) Due(ctx context.Context, limit int) ([]Due, error) {
	all, err := e.queue.due(ctx, limit)
	if err != nil {
		return nil, err
	}
	awake, now := all[:0], e.queue.store.Now()
	for _, d := range all {
		if !e.paces.resting(d.Name, now) {
			awake = append(awake, d)
		}
	}
	return awake, nil
}

// Stop makes every run finish what it has begun and return.
func (e *Engine) Stop() { e.stopOnce.Do(func() { close(e.stopping) }) }

// Close waits for the runs, until ctx ends, and gives their leases back.
func (e *Engine) Close(ctx context.Context) error {
	done := make(chan struct{})
	go func() { defer close(done); e.runs.Wait(); e.commits.close() }()
	select {
	case <-done:
	case <-ctx.Done():
		e.log.Warn("deliveries are cut off: their servers did not answer in time")
	}
	e.laters.stop()
	e.transport.Close()
	ctx = context.WithoutCancel(ctx)
	return errors.Join(e.queue.releaseOwner(ctx, e.queue.owner), e.queue.forgetShares(ctx, e.queue.owner), e.journal.close())
}

func (e *Engine) isStopping() bool {
	select {
	case <-e.stopping:
		return true
	default:
		return false
	}
}

// renewed knows since when the leases are surely ours. Monotonic time goes on
// while a process is paused, so a worker that wakes from a long pause sees that
// its leases ran out, and sends nothing (F-06).
type renewed struct {
	mu sync.Mutex
	at time.Time
}

func (r *renewed) set() { r.setAt(time.Now()) }

func (r *renewed) setAt(t time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if t.After(r.at) {
		r.at = t
	}
}

// safe reports whether a lease claimed at the given moment, or renewed since, still holds.
func (r *renewed) safe(claimed time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	last := claimed
	if r.at.After(last) {
		last = r.at
	}
	return time.Since(last) < leaseTime-5*time.Second
}

// active knows which destinations are being served by this process: a second run
// would only compete with the first for claims and connections.
type active struct {
	mu    sync.Mutex
	runs  map[string]bool
	doubt map[string]bool // destinations where a lease may have been forgotten
}

func (a *active) suspect(destination string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.doubt == nil {
		a.doubt = map[string]bool{}
	}
	a.doubt[destination] = true
}

func (a *active) trust(destination string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.doubt, destination)
}

func (a *active) doubtful() (destinations []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for d := range a.doubt {
		destinations = append(destinations, d)
	}
	return destinations
}

// begin reports whether the destination was free, and takes it.
func (a *active) begin(destination string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.runs[destination] {
		return false
	}
	if a.runs == nil {
		a.runs = map[string]bool{}
	}
	a.runs[destination] = true
	return true
}

func (a *active) has(destination string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.runs[destination]
}

func (a *active) end(destination string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.runs, destination)
}
