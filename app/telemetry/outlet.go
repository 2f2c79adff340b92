package telemetry

import (
	"bytes"
	"fmt"
	"io"
	"sync/atomic"
	"time"
)

// Outlet passes lines on to a writer and never holds up who writes: when whatever reads
// the log stands still or is gone, lines are dropped and counted, and mail goes on (F-24).
type Outlet struct {
	to      io.Writer
	lines   chan []byte
	done    chan struct{}
	dropped atomic.Int64
}

// Bounds of an Outlet.
const (
	heldLines = 4096
	lastWords = time.Second // a stop waits so long for what is still held
)

// NewOutlet starts one; Close ends it.
func NewOutlet(to io.Writer) *Outlet {
	o := &Outlet{to: to, lines: make(chan []byte, heldLines), done: make(chan struct{})}
	go o.drain()
	return o
}

// Write implements io.Writer. It always succeeds.
func (o *Outlet) Write(line []byte) (int, error) {
	select {
	case o.lines <- bytes.Clone(line):
	default:
		o.dropped.Add(1)
	}
	return len(line), nil
}

// drain writes until the lines end. An error of the writer has nowhere to go.
func (o *Outlet) drain() {
	defer close(o.done)
	for line := range o.lines {
		_, _ = o.to.Write(line)
		if n := o.dropped.Swap(0); n > 0 {
			_, _ = fmt.Fprintf(o.to, "%d log lines were dropped: nothing read them fast enough\n", n)
		}
	}
}

// Close writes what is held, if that can be done at once. Nothing may write after it.
func (o *Outlet) Close() {
	close(o.lines)
	select {
	case <-o.done:
	case <-time.After(lastWords):
	}
}
