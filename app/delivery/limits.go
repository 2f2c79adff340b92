package delivery

import (
	"cmp"
	"context"
	"maps"
	"sync"
	"time"

	"smtpserver/app/fault"
	"smtpserver/app/store"
)

// Limits are what the operator wants of a destination instead of the defaults; 0 means the default.
type Limits struct {
	Destination                           string
	Connections, PerConnection, PerMinute int
}

// over is a profile with the operator's limits.
func (l Limits) over(p Profile) Profile {
	p.Connections = cmp.Or(l.Connections, p.Connections)
	p.PerConnection = cmp.Or(l.PerConnection, p.PerConnection)
	p.PerMinute = cmp.Or(l.PerMinute, p.PerMinute)
	p.Start = min(p.Start, p.Connections)
	return p
}

// LimitBook keeps the operator's limits. Workers see a change within seconds.
type LimitBook struct{ queue *queue }

// NewLimitBook returns the limits of a database.
func NewLimitBook(s *store.Store) *LimitBook { return &LimitBook{&queue{store: s}} }

// Set stores limits; without any the defaults hold.
func (b *LimitBook) Set(ctx context.Context, l Limits) error {
	if min(l.Connections, l.PerConnection, l.PerMinute) < 0 || max(l.Connections, l.PerConnection, l.PerMinute) > mostLimit {
		return fault.Newf(fault.Invalid, "give numbers from 0 to %d", mostLimit)
	}
	return b.queue.setLimits(ctx, l)
}

const mostLimit = 10_000_000

// Of returns the limits of a destination.
func (b *LimitBook) Of(ctx context.Context, destination string) (Limits, error) {
	all, err := b.queue.limits(ctx)
	l := all[destination]
	l.Destination = destination
	return l, err
}

// Over is how a destination is treated with the limits.
func (l Limits) Over(destination string) Profile { return l.over(profileOf(destination)) }

// DestinationOf finds the destination that an operator means: a provider by its short
// name, or a recipient domain.
func DestinationOf(name string) string {
	if providerNames[name] != "" || name == "relay" {
		return via + name
	}
	return name
}

// limited is what this process knows of the operator's limits.
type limited struct {
	mu  sync.Mutex
	all map[string]Limits
}

func (l *limited) of(destination string) Limits {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all[destination]
}

// replace returns the destinations whose limits changed.
func (l *limited) replace(all map[string]Limits) (changed []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for name, one := range all {
		if l.all[name] != one {
			changed = append(changed, name)
		}
	}
	for name := range l.all {
		if _, still := all[name]; !still {
			changed = append(changed, name)
		}
	}
	l.all = maps.Clone(all)
	return changed
}

// learn takes over what the operator set, and what other workers heard from servers since a
// moment. It returns up to when it knows now.
func (e *Engine) learn(ctx context.Context, since time.Time) (time.Time, error) {
	if err := e.learnLimits(ctx); err != nil || e.shares.alone {
		return since, err
	}
	heard, err := e.queue.news(ctx, since.Add(-stepTime)) // clocks differ a little
	for _, n := range heard {
		if p := e.paces.get(n.Destination); p != nil {
			p.adopt(n.Standing, n.at)
		}
		if n.at.After(since) {
			since = n.at
		}
	}
	return since, err
}

// learnLimits takes over what the operator set.
func (e *Engine) learnLimits(ctx context.Context) error {
	all, err := e.queue.limits(ctx)
	if err != nil {
		return err
	}
	for _, name := range e.limits.replace(all) {
		if p := e.paces.get(name); p != nil {
			p.treat(e.profile(name))
		}
	}
	detours, err := e.queue.detours(ctx)
	if err == nil {
		e.heed(detours)
	}
	return err
}

// KeepInStep keeps, until ctx ends, in step with the other workers and the operator.
func (e *Engine) KeepInStep(ctx context.Context) {
	tick := time.NewTicker(stepTime)
	defer tick.Stop()
	since := e.queue.store.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		var err error
		if since, err = e.learn(ctx, since); err == nil && !e.shares.alone {
			err = e.renewShares(ctx)
		}
		if err != nil && ctx.Err() == nil {
			e.log.Warn("not in step with the other workers; the next round tries again", "error", err)
		}
	}
}
