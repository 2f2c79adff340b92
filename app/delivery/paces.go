package delivery

import (
	"context"
	"sync"
	"time"
)

// paces holds the pace of every destination that this process has served.
type paces struct {
	mu  sync.Mutex
	all map[string]*pace
}

// most bounds the map; a pace that is open says nothing that must be kept.
const mostPaces = 50_000

// of returns the pace of a destination, as stored when this process has none yet.
func (e *Engine) pace(ctx context.Context, destination string) (*pace, error) {
	if p := e.paces.get(destination); p != nil {
		return p, nil
	}
	s, found, err := e.queue.standing(ctx, destination)
	if err != nil {
		return nil, err
	}
	if err := e.learnLimits(ctx); err != nil {
		return nil, err
	}
	p := newPace(destination, e.profile(destination))
	if found {
		p.restore(s)
	}
	e.paces.mu.Lock()
	defer e.paces.mu.Unlock()
	if other := e.paces.all[destination]; other != nil {
		return other, nil
	}
	if e.paces.all == nil {
		e.paces.all = map[string]*pace{}
	}
	if len(e.paces.all) >= mostPaces {
		e.paces.forgetOpen()
	}
	e.paces.all[destination] = p
	return p, nil
}

// profile is how a destination is treated at full speed, by default or as the operator wants.
func (e *Engine) profile(destination string) Profile {
	return e.limits.of(destination).over(e.transport.Profile(destination))
}

// get returns a pace that this process has, or nil.
func (p *paces) get(destination string) *pace {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.all[destination]
}

func (p *paces) forgetOpen() {
	for name, one := range p.all {
		if s, changed := one.take(); s.State == Open && !changed {
			delete(p.all, name)
		}
	}
}

// resting reports whether nothing is to be tried at a destination now.
func (p *paces) resting(destination string, now time.Time) bool {
	p.mu.Lock()
	one := p.all[destination]
	p.mu.Unlock()
	return one != nil && one.connections(now) == 0
}

// restingNow lists the destinations that rest.
func (p *paces) restingNow(now time.Time) (names []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for name, one := range p.all {
		if one.connections(now) == 0 {
			names = append(names, name)
		}
	}
	return names
}

// savePace stores what changed, so that staff see it and a restart continues from it.
func (e *Engine) savePace(ctx context.Context, p *pace) {
	s, changed := p.take()
	if !changed {
		return
	}
	if err := e.queue.saveStanding(ctx, s); err != nil {
		e.log.Warn("a destination's state was not stored", "error", err)
		return
	}
	e.log.Info("destination", "name", s.Destination, "state", s.State, "connections", s.Connections, "most", s.Most, "until", s.Until)
}
