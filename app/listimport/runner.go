package listimport

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Runner does the work of imports in the background: dry runs, imports, undoing. Any number
// of processes may run one; each import is worked on by the one that holds its lease.
type Runner struct {
	*Service
	domains MailDomains // nil: DNS is not asked
	log     *slog.Logger
	owner   string
	wakeUp  chan struct{}
	batch   int
	lease   time.Duration
	poll    time.Duration
}

// atOnce is how many imports one process works on.
const atOnce = 2

// RunnerOptions are what a runner works with.
type RunnerOptions struct {
	Domains MailDomains // nil: do not ask DNS
	Log     *slog.Logger
	Batch   int           // rows of one transaction; 0 means 5,000, and half of that on SQLite
	Lease   time.Duration // 0 means 30 s
}

// NewRunner returns a runner for the service's imports.
func NewRunner(s *Service, o RunnerOptions) *Runner {
	r := &Runner{Service: s, domains: o.Domains, log: o.Log, owner: string(id.New()), wakeUp: make(chan struct{}, 1), batch: o.Batch, lease: o.Lease, poll: time.Second}
	if r.batch == 0 {
		r.batch = 5000
		if s.store.Engine() == store.SQLite {
			r.batch = 2500 // whoever else writes waits for all of it
		}
	}
	if r.lease == 0 {
		r.lease = 30 * time.Second
	}
	if r.log == nil {
		r.log = slog.New(slog.DiscardHandler)
	}
	return r
}

// Wake says that there is something to do. It never blocks.
func (r *Runner) Wake() {
	select {
	case r.wakeUp <- struct{}{}:
	default:
	}
}

// Run works until ctx ends; what is under way then goes on elsewhere, or after the start.
func (r *Runner) Run(ctx context.Context) {
	tick := time.NewTicker(r.poll)
	defer tick.Stop()
	var running sync.WaitGroup
	slots := make(chan struct{}, atOnce)
	for {
		for r.claimOne(ctx, slots, &running) {
			continue
		}
		select {
		case <-ctx.Done():
			running.Wait()
			return
		case <-tick.C:
		case <-r.wakeUp:
		}
	}
}

// claimOne begins the work on one import, if there is a free slot and work.
func (r *Runner) claimOne(ctx context.Context, slots chan struct{}, running *sync.WaitGroup) bool {
	if ctx.Err() != nil {
		return false
	}
	select {
	case slots <- struct{}{}:
	default:
		return false
	}
	row, found, err := r.claim(ctx)
	if err != nil || !found {
		if err != nil && ctx.Err() == nil {
			r.log.Warn("imports cannot be claimed; trying again", "error", err)
		}
		<-slots
		return false
	}
	running.Go(func() {
		defer func() { <-slots; r.Wake() }()
		r.work(ctx, row)
	})
	return true
}

// Drain works on what is due, one after the other, and returns when there is nothing more.
func (r *Runner) Drain(ctx context.Context) error {
	for {
		row, found, err := r.claim(ctx)
		if err != nil || !found {
			return err
		}
		r.work(ctx, row)
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// errLost means that another worker holds the lease, or somebody pressed cancel: nothing
// of the batch was stored.
var errLost = errors.New("listimport: the lease is lost")

// work does the pass that the import waits for.
func (r *Runner) work(ctx context.Context, row Import) {
	var err error
	switch row.State {
	case Undoing:
		err = r.undo(ctx, row)
	case Checking, Importing:
		err = r.pass(ctx, row)
	}
	stopped := context.WithoutCancel(ctx)
	switch {
	case err == nil, errors.Is(err, errLost):
	case errors.Is(err, errFile):
		err = r.fail(stopped, row, fault.SafeText(err))
		if err != nil {
			r.log.Error("an import's failure was not stored", "import", row.ID, "error", err)
		}
	default:
		if ctx.Err() == nil {
			r.log.Error("an import stopped; it goes on from its last batch", "import", row.ID, "error", err)
		}
		r.release(stopped, row)
	}
}

// pass reads the file from where the last committed batch ended, and stores it.
func (r *Runner) pass(ctx context.Context, row Import) error {
	reading, stop := context.WithCancel(ctx)
	p, err := r.newPass(reading, row)
	if err != nil {
		stop()
		return err
	}
	batches, ended, done := make(chan *batch, 1), make(chan error, 1), p.row.RowsDone
	lookUp := func(ctx context.Context, b *batch) error { return r.lookUp(ctx, row.AccountID, p.topics, b) }
	go func() {
		ended <- p.read(reading, done, r.batch, lookUp, batches)
		close(batches)
	}()
	defer func() {
		stop()
		for range batches { // until the reader is gone
			continue
		}
	}()
	for p.batch = range batches {
		if err := r.commit(ctx, p); err != nil || p.last {
			return err
		}
	}
	return <-ended
}

// newPass gets ready what judging needs.
func (r *Runner) newPass(ctx context.Context, row Import) (*pass, error) {
	fields, err := r.contacts.FieldsOf(ctx, row.AccountID)
	if err != nil {
		return nil, err
	}
	in, f, err := r.rows(ctx, &row)
	if err != nil {
		return nil, err
	}
	p := &pass{row: row, dry: row.State == Checking, in: in, file: f, fields: fields, used: usedFields(row.Settings.Columns, fields)}
	p.judge = judge{columns: row.Settings.Columns, fields: p.used, dead: map[string]bool{}}
	for _, domain := range row.Quality.Dead {
		p.judge.dead[domain] = true
	}
	if p.topics, err = r.topicsOf(ctx, row); err != nil {
		return nil, err
	}
	if p.dry {
		p.row.RowsDone, p.row.OctetsDone, p.row.Checked, p.row.Quality = 0, 0, Counts{}, Quality{}
		p.seen, p.asked = newSeen(), newDomainCheck(r.domains)
		if err := r.restartDry(ctx, p.row); err != nil {
			return nil, err
		}
	}
	return p, nil
}
