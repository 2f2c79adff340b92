package delivery

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"
)

// All workers together open no more connections to a destination than it takes. Each has a
// share, a row that names it and that it renews; when a worker dies, its connections die
// with it and its row runs out. A share is taken as a run begins and kept while anything is
// open, so that a message costs no row. Who wants more than is left says so in its row, and
// the others make room within a few seconds.
const (
	shareTime  = 30 * time.Second
	shareRenew = 5 * time.Second
)

// stepTime is between two looks at what the others do. Variable for tests.
var stepTime = 2 * time.Second

// part is what this process may have open at a destination.
type part struct {
	most    int
	renewed time.Time // monotonic, so that a process that was paused knows (F-06)
}

// shares are those of one process.
type shares struct {
	alone bool // nobody to share with

	mu     sync.Mutex
	all    map[string]part
	beside time.Time // when another worker had a share of anything last
}

// neighbourTime is how long another worker is reckoned with.
const neighbourTime = 10 * time.Minute

// shared reports whether other workers were about lately.
func (s *shares) shared() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.beside.IsZero() && time.Since(s.beside) < neighbourTime
}

func (s *shares) see(others bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if others {
		s.beside = time.Now()
	}
}

func (s *shares) set(destination string, most, open int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = map[string]part{}
	}
	if most == 0 && open == 0 {
		delete(s.all, destination) // only a wish, which is forgotten if it is not repeated
		return
	}
	s.all[destination] = part{most, time.Now()}
}

// of is how many connections may be open: none without a share, or when it was not
// renewed for so long that others may have it.
func (s *shares) of(destination string, within time.Duration) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if one, held := s.all[destination]; held && time.Since(one.renewed) < within {
		return one.most
	}
	return 0
}

func (s *shares) names() (names []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name := range s.all {
		names = append(names, name)
	}
	return names
}

// note notes that the shares at destinations were prolonged, or forgets them.
func (s *shares) note(destinations []string, kept bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range destinations {
		if one, held := s.all[name]; held && kept {
			s.all[name] = part{one.most, time.Now()}
		} else {
			delete(s.all, name)
		}
	}
}

// allowed is how many connections this process may have open at a destination now.
func (e *Engine) allowed(p *pace) int {
	n := p.connections(e.queue.store.Now())
	if e.shares.alone {
		return n
	}
	return min(n, e.shares.of(p.name, shareTime-shareRenew))
}

// takeShare makes sure of a share for a run, as large as the pace allows; 0 when the other
// workers have all.
func (e *Engine) takeShare(ctx context.Context, p *pace) (int, error) {
	wants := p.connections(e.queue.store.Now())
	if e.shares.alone {
		return wants, nil
	}
	if n := e.shares.of(p.name, shareRenew); n > 0 && (n >= wants || n >= p.most()) {
		return n, nil
	}
	return e.askShare(ctx, p.name, p.most(), wants)
}

// leaveShare leaves some connections to others after a run that had all.
func (e *Engine) leaveShare(ctx context.Context, p *pace) {
	most := p.most()
	if e.shares.alone || !e.shares.shared() || e.shares.of(p.name, shareTime) < most {
		return
	}
	if _, err := e.askShare(ctx, p.name, most, most/2); err != nil {
		e.log.Warn("connections not left to other workers yet", "error", err)
	}
}

// askShare stores what this process wants and has, and takes what the others leave.
func (e *Engine) askShare(ctx context.Context, destination string, most, wants int) (int, error) {
	open := e.transport.Narrow(destination, most)
	n, err := e.queue.takeShare(ctx, destination, most, wants, open)
	if err != nil {
		return 0, err
	}
	e.shares.set(destination, n, open)
	if left := e.transport.Narrow(destination, n); left < open { // others have the room at once
		if n, err = e.queue.takeShare(ctx, destination, most, wants, left); err == nil {
			e.shares.set(destination, n, left)
		}
	}
	return n, err
}

// renewShares prolongs what is in use, gives back what is not, and makes room where
// others want some.
func (e *Engine) renewShares(ctx context.Context) error {
	began := e.queue.store.Now()
	contested, others, err := e.queue.contested(ctx)
	if err != nil {
		return err
	}
	e.shares.see(others)
	var keep, drop []string
	ask := map[*pace]int{}
	for _, name := range e.shares.names() {
		p := e.paces.get(name)
		if p == nil { // forgotten: nothing happens there
			drop = append(drop, name)
			continue
		}
		wants, open := 0, e.transport.Narrow(name, p.most())
		if e.active.has(name) {
			wants = p.connections(e.queue.store.Now())
		}
		switch {
		case wants == 0 && open == 0:
			drop = append(drop, name)
		case contested[name]:
			ask[p] = wants
		case e.shares.of(name, shareRenew) == 0:
			keep = append(keep, name)
		}
	}
	if err := e.queue.prolongShares(ctx, keep); err != nil {
		return err
	}
	e.shares.note(keep, true)
	e.shares.note(drop, false) // first: a run that begins now takes a new one
	if err := e.queue.dropShares(ctx, drop, began); err != nil {
		return err
	}
	for p, wants := range ask { // last: to close connections may take a moment
		if _, err := e.askShare(ctx, p.name, p.most(), wants); err != nil {
			return err
		}
	}
	return nil
}

// holding is what a worker has and wants of a destination's connections.
type holding struct {
	Worker             string
	Connections, Wants int
}

// grant is how many of most connections are for one who wants some, beside others: it
// leaves to each what it has, and what it wants up to an even part. Where there are more
// workers than connections, those that have one come first, and then their names decide,
// so that all agree.
func grant(most int, me holding, others []holding) int {
	all := append([]holding{me}, others...)
	slices.SortFunc(all, func(a, b holding) int {
		return cmp.Or(-cmp.Compare(min(a.Connections, 1), min(b.Connections, 1)), cmp.Compare(a.Worker, b.Worker))
	})
	left := most
	for i, h := range all {
		even := most / len(all)
		if even == 0 && i < most {
			even = 1
		}
		if h.Worker != me.Worker {
			left -= max(h.Connections, min(even, h.Wants))
		}
	}
	return max(0, min(left, me.Wants))
}
