package delivery

import (
	"context"
	"sync/atomic"
)

// wide is a transport that counts the couriers that are open at once.
type wide struct {
	*scripted
	open, peak atomic.Int64
}

func newWide(width int) *wide { return &wide{scripted: &scripted{width: width}} }

func (w *wide) Courier(string) Courier {
	n := w.open.Add(1)
	for {
		peak := w.peak.Load()
		if n <= peak || w.peak.CompareAndSwap(peak, n) {
			return &wideCourier{w}
		}
	}
}

func (w *wide) most() int64 { return w.peak.Load() }

type wideCourier struct{ *wide }

func (c *wideCourier) Deliver(ctx context.Context, p *Parcel) Report {
	return c.scripted.Deliver(ctx, p)
}
func (c *wideCourier) Close() { c.open.Add(-1) }
