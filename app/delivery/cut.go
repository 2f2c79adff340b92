package delivery

import (
	"context"
	"sync"
)

// tooSlow is why a destination rests whose run was cut off.
const tooSlow = "too slow"

// cuts holds what may end a run's attempts: those whose dot is not sent. An attempt
// that is cut later could arrive twice.
type cuts struct {
	mu    sync.Mutex
	cut   bool
	slack map[*parcel]context.CancelFunc
}

// begin returns the context of an attempt, and what ends it.
func (c *cuts) begin(ctx context.Context, p *parcel) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.slack == nil {
		c.slack = map[*parcel]context.CancelFunc{}
	}
	c.slack[p] = cancel
	if c.cut {
		cancel()
	}
	return ctx, func() { c.dotted(p); cancel() }
}

// dotted says that the attempt may not be cut any more; false when it already is.
func (c *cuts) dotted(p *parcel) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cut && c.slack[p] != nil {
		return false
	}
	delete(c.slack, p)
	return true
}

// all ends every attempt that may be ended.
func (c *cuts) all() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut = true
	for _, cancel := range c.slack {
		cancel()
	}
}
