package delivery

import (
	"net/netip"
	"sync"
	"time"

	"smtpserver/app/mail/smtpclient"
)

// idleTime is how long a connection is kept for the next message. Servers close idle
// ones after minutes, and count them against us until then.
const (
	idleTime    = 10 * time.Second
	idlePerHost = 8
)

// link is an open connection and what it was opened for. It is ended once.
type link struct {
	*smtpclient.Conn
	pool    *pool
	key     linkKey
	opening *smtpclient.Transcript // shown with the first message
}

// Close ends it without waiting.
func (l *link) Close() {
	l.Conn.Close()
	l.pool.ended(l.key.destination)
}

// Quit ends it and waits a moment until the server has ended it as well.
func (l *link) Quit() {
	l.Conn.Quit()
	l.pool.ended(l.key.destination)
}

// linkKey tells which messages may share a connection: those of one destination from the
// same address of ours to the same server.
type linkKey struct {
	destination, host string
	source            netip.Addr // ours; the zero one is the system's choice
	relay             string     // the revision of the relay that it is, signed in to; "": an exchanger
}

// pool keeps connections between runs, and counts those that are open. The zero value is
// ready.
type pool struct {
	mu     sync.Mutex
	idle   map[linkKey][]*resting
	open   map[string]int // by destination: in use, waiting, and being opened
	closed bool
}

// begin counts a connection that is about to be opened. Where that would be one more than
// most, connections that wait are ended before.
func (p *pool) begin(destination string, most int) {
	p.trim(destination, most-1)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open == nil {
		p.open = map[string]int{}
	}
	p.open[destination]++
}

func (p *pool) ended(destination string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open[destination]--; p.open[destination] <= 0 {
		delete(p.open, destination)
	}
}

func (p *pool) count(destination string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.open[destination]
}

// trim ends connections that wait, the oldest of each server first, until at most so many
// are open.
func (p *pool) trim(destination string, most int) {
	p.mu.Lock()
	var ending []*resting
	for k := range p.idle {
		for k.destination == destination && len(p.idle[k]) > 0 && p.open[destination]-len(ending) > most {
			oldest := p.idle[k][0]
			p.drop(k, 0)
			if oldest.timer.Stop() {
				ending = append(ending, oldest)
			}
		}
	}
	p.mu.Unlock()
	var all sync.WaitGroup
	for _, r := range ending {
		all.Go(r.Quit)
	}
	all.Wait()
}

// resting is a link that waits for work, and the timer that ends it.
type resting struct {
	*link
	timer *time.Timer
}

// take returns a waiting connection for one of the keys, the earliest key first, or nil.
func (p *pool) take(keys []linkKey) *link {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, k := range keys {
		for n := len(p.idle[k]); n > 0; n = len(p.idle[k]) {
			last := p.idle[k][n-1] // the youngest: the most likely to live
			p.drop(k, n-1)
			if last.timer.Stop() {
				return last.link
			}
		}
	}
	return nil
}

// put keeps a connection for a while, or closes it when it is of no more use: it has
// carried all that it may, or more are open than may be.
func (p *pool) put(l *link, perConnection, most int) {
	switch {
	case l.Usable() && (l.Sent() >= perConnection || p.count(l.key.destination) > most):
		l.Quit()
	case !l.Usable() || !p.keep(l):
		l.Close()
	}
}

func (p *pool) keep(l *link) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || len(p.idle[l.key]) >= idlePerHost {
		return false
	}
	if p.idle == nil {
		p.idle = map[linkKey][]*resting{}
	}
	r := &resting{link: l}
	r.timer = time.AfterFunc(idleTime, func() { p.expire(r) })
	p.idle[l.key] = append(p.idle[l.key], r)
	return true
}

func (p *pool) expire(r *resting) {
	p.mu.Lock()
	for i, other := range p.idle[r.key] {
		if other == r {
			p.drop(r.key, i)
			break
		}
	}
	p.mu.Unlock()
	r.Close()
}

// drop forgets the i-th waiting connection of a key. The lock is held.
func (p *pool) drop(k linkKey, i int) {
	list := append(p.idle[k][:i:i], p.idle[k][i+1:]...)
	if len(list) == 0 {
		delete(p.idle, k)
		return
	}
	p.idle[k] = list
}

// close ends every waiting connection; those in use are closed as they come back.
func (p *pool) close() {
	p.mu.Lock()
	waiting := p.idle
	p.idle, p.closed = nil, true
	p.mu.Unlock()
	for _, list := range waiting {
		for _, r := range list {
			if r.timer.Stop() {
				r.Close()
			}
		}
	}
}
