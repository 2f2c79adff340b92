package tracking

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"net/url"
	"slices"
	"sync"
	"time"

	"smtpserver/app/id"
	"smtpserver/app/store"
)

const (
	// flushEvery bounds what a killed process loses, with the time of one transaction.
	flushEvery = 250 * time.Millisecond
	// mostGathered bounds memory while the database does not answer.
	mostGathered = 50_000
	// perTransaction bounds the mails whose visits are stored together.
	perTransaction = 300
)

// Recorder gathers visits and stores them. Safe for concurrent use.
type Recorder struct {
	store    *store.Store
	log      *slog.Logger
	mu       sync.Mutex
	gathered map[place]*sum
	dropped  int64 // places that found no room since the last flush
	flushing sync.Mutex
}

// place is what visits are summed up by: however often a link is replayed, it is one.
type place struct {
	account, message id.ID
	kind             Kind
	link             int
	verdict          Verdict
}

func (p place) compare(q place) int {
	return cmp.Or(cmp.Compare(p.account, q.account), cmp.Compare(p.message, q.message), cmp.Compare(p.kind, q.kind), cmp.Compare(p.link, q.link), cmp.Compare(p.verdict, q.verdict))
}

type sum struct {
	count       int64
	first, last time.Time
	target, why string
}

func (s *sum) add(o sum) {
	s.count += o.count
	if o.first.Before(s.first) {
		s.first = o.first
	}
	if o.last.After(s.last) {
		s.last = o.last
	}
}

// NewRecorder returns a Recorder; Run stores what it gathers.
func NewRecorder(s *store.Store, log *slog.Logger) *Recorder {
	return &Recorder{store: s, log: log, gathered: map[place]*sum{}}
}

// Record takes a visit. It never waits for the database.
func (r *Recorder) Record(v Visit) {
	verdict, why := Judge(v)
	p := place{v.AccountID, v.MessageID, v.Kind, v.Link, verdict}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keep(p, sum{1, v.At, v.At, shownTarget(v.URL), why})
}

func (r *Recorder) keep(p place, s sum) {
	switch known := r.gathered[p]; {
	case known != nil:
		known.add(s)
	case len(r.gathered) >= mostGathered:
		r.dropped++
	default:
		r.gathered[p] = &s
	}
}

// shownTarget is an address as reports name it: without what differs from person to person.
func shownTarget(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	short := (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}).String()
	return short[:min(len(short), 500)]
}

// Run stores visits until ctx ends, and what is left then.
func (r *Recorder) Run(ctx context.Context) error {
	ticker := time.NewTicker(flushEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
			defer cancel()
			return r.Flush(last)
		case <-ticker.C:
			if err := r.Flush(ctx); err != nil {
				r.log.WarnContext(ctx, "cannot store opens and clicks; trying again", "error", err)
			}
		}
	}
}

// Flush stores what was gathered. What cannot be stored is kept for the next time.
func (r *Recorder) Flush(ctx context.Context) error {
	r.flushing.Lock()
	defer r.flushing.Unlock()
	r.mu.Lock()
	taken, dropped := r.gathered, r.dropped
	r.gathered, r.dropped = map[place]*sum{}, 0
	r.mu.Unlock()
	if dropped > 0 {
		r.log.ErrorContext(ctx, "opens and clicks were lost: the database has not taken them for too long", "dropped", dropped)
	}
	places := slices.SortedFunc(maps.Keys(taken), place.compare)
	for len(places) > 0 {
		n := chunk(places)
		if err := r.storeVisits(ctx, places[:n], taken); err != nil {
			r.mu.Lock()
			defer r.mu.Unlock()
			for _, p := range places {
				r.keep(p, *taken[p])
			}
			return err
		}
		places = places[n:]
	}
	return nil
}

// chunk is how many places go into the next transaction: those of whole mails.
func chunk(places []place) int {
	mails := 1
	for i := 1; i < len(places); i++ {
		if places[i].account == places[i-1].account && places[i].message == places[i-1].message {
			continue
		}
		if mails++; mails > perTransaction {
			return i
		}
	}
	return len(places)
}
