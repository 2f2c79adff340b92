package delivery

import (
	"sync"
	"time"
)

// Profile is how a destination wants to be treated at full speed.
type Profile struct {
	Connections   int  // at once, at most
	Start         int  // of them before anything is known
	PerConnection int  // messages over one connection
	PerMinute     int  // messages; 0: as fast as the connections go
	AnyDomain     bool // recipients of any domain may share a transaction
}

// Steps of slowing down and coming back.
const (
	firstStep  = time.Minute // after a first limit, until one connection more is tried
	lastStep   = 30 * time.Minute
	firstPause = 10 * time.Second // after a complaint, until anything is tried
	lastPause  = 5 * time.Minute
	firstRest  = time.Minute // after no server answered, until one is probed
	lastRest   = 15 * time.Minute
	riseAfter  = 4 // deliveries per connection without complaint that earn another
	turnTarget = 2 * time.Second
	// sameComplaint is how long further complaints are the other connections' share
	// of the first.
	sameComplaint = 5 * time.Second
)

// PaceState is how a destination takes our mail at the moment.
type PaceState string

// The states.
const (
	Open    PaceState = "open"
	Limited PaceState = "limited" // it told us to slow down; we climb back step by step
	Resting PaceState = "resting" // nothing is tried until a moment, then one probe
)

// Standing is what a pace is at a moment, for people and for the next start.
type Standing struct {
	Destination string
	State       PaceState
	Connections int       // that may be open now
	Most        int       // at full speed
	Since       time.Time // of Limited and Resting
	Cause       string    // what the server said, or why none answered
	Until       time.Time // Resting: the next probe. Limited: about when speed is full again
	Step        int       // how often in a row it got worse
}

// pace adapts to one destination: connections rise by one for every few deliveries
// without complaint, pause and halve when the peer says that we are too fast, and come
// back one step at a time. When no server answers it rests, longer each time, and then probes.
// Moments are given by the caller. Safe for concurrent use.
type pace struct {
	name    string // of the destination
	mu      sync.Mutex
	profile Profile
	now     Standing
	good    int       // deliveries since the number of connections changed
	next    time.Time // Limited: when one more connection is tried
	blamed  time.Time // when the peer complained last
	paused  time.Time // Limited: nothing is tried until then
	perMsg  time.Duration
	changed bool // since take was called
}

func newPace(destination string, p Profile) *pace {
	return &pace{name: destination, profile: p, now: Standing{Destination: destination, State: Open, Connections: min(p.Start, p.Connections), Most: p.Connections}}
}

// restore continues where an earlier process was.
func (p *pace) restore(s Standing) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s.Most = p.profile.Connections
	s.Connections = max(1, min(s.Connections, s.Most))
	p.now = s
	if s.State == Limited {
		p.next = s.Since.Add(step(firstStep, lastStep, s.Step))
	}
}

// step doubles from first to last.
func step(first, last time.Duration, n int) time.Duration {
	if n < 1 {
		return first
	}
	return min(first<<min(n-1, 10), last)
}

// connections is how many may be open at a moment; 0 while resting, and for a breath
// after a complaint. The moment after a rest allows one, the probe.
func (p *pace) connections(now time.Time) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch p.now.State {
	case Resting:
		if now.Before(p.now.Until) {
			return 0
		}
		return 1
	case Limited:
		if now.Before(p.paused) {
			return 0
		}
		p.climb(now)
	}
	return p.now.Connections
}

// climb adds a connection for every step of time that passed without complaint.
func (p *pace) climb(now time.Time) {
	for !now.Before(p.next) && p.now.State == Limited {
		p.now.Connections++
		p.changed = true
		if p.now.Connections >= p.now.Most {
			p.open()
			return
		}
		p.next = p.next.Add(firstStep)
	}
}

// reopen forgets what was heard.
func (p *pace) reopen() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now.Connections, p.paused, p.blamed = min(p.profile.Start, p.now.Most), time.Time{}, time.Time{}
	p.open()
}

func (p *pace) open() {
	p.now.State, p.now.Since, p.now.Until, p.now.Cause, p.now.Step = Open, time.Time{}, time.Time{}, "", 0
	p.good, p.changed = 0, true
}

// delivered counts a delivery that the peer answered without complaint about us.
func (p *pace) delivered(took time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.perMsg == 0 {
		p.perMsg = took
	}
	p.perMsg = (7*p.perMsg + took) / 8
	switch p.now.State {
	case Resting: // the probe got through
		p.now.Connections = min(p.profile.Start, p.now.Most)
		p.open()
	case Open:
		if p.good++; p.good >= riseAfter*p.now.Connections && p.now.Connections < p.now.Most {
			p.now.Connections++
			p.good = 0
		}
	}
}

// throttled halves the connections. At one, the destination rests.
func (p *pace) throttled(now time.Time, cause string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.now.State != Open && now.Before(p.blamed.Add(sameComplaint)) {
		return
	}
	was := p.now
	p.blamed = now
	p.now.Step++
	p.now.Cause = cause
	if was.State == Open {
		p.now.Since = now
	}
	if was.Connections <= 1 {
		p.restUntil(now.Add(step(firstStep, lastStep, p.now.Step)))
		return
	}
	p.now.State, p.now.Connections = Limited, was.Connections/2
	p.paused = now.Add(step(firstPause, lastPause, p.now.Step))
	p.next = now.Add(step(firstStep, lastStep, p.now.Step))
	p.now.Until = p.next.Add(time.Duration(p.now.Most-p.now.Connections-1) * firstStep)
	p.good, p.changed = 0, true
}

// unreachable rests: no server took a connection.
func (p *pace) unreachable(now time.Time, cause string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.now.State == Resting && now.Before(p.now.Until) {
		return
	}
	if p.now.State != Resting {
		p.now.Since, p.now.Step = now, 0
	}
	p.now.Step++
	p.now.Cause = cause
	p.restUntil(now.Add(step(firstRest, lastRest, p.now.Step)))
}

func (p *pace) restUntil(t time.Time) {
	p.now.State, p.now.Connections, p.now.Until = Resting, 1, t
	p.good, p.changed = 0, true
}

// batch is how many deliveries are worth claiming at once: about two seconds of
// work, so that what comes later and is more urgent does not wait behind them.
func (p *pace) batch(connections int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.now.State == Resting {
		return 1 // the probe
	}
	if p.perMsg <= 0 {
		return min(claimBatch, 8*max(connections, 1))
	}
	return max(1, 2*connections, min(claimBatch, int(turnTarget/p.perMsg)*connections))
}

// perMinute is the destination's rate. It falls with the connections, and comes back
// with them.
func (p *pace) perMinute() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.now.State == Limited && p.profile.PerMinute > 0 {
		return max(1, p.profile.PerMinute*p.now.Connections/p.now.Most)
	}
	return p.profile.PerMinute
}

// most is how many connections all workers together may have.
func (p *pace) most() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.now.State == Open {
		return p.now.Most
	}
	return p.now.Connections
}

// treatment is the profile at full speed.
func (p *pace) treatment() Profile {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.profile
}

// treat follows another profile from now on.
func (p *pace) treat(profile Profile) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.profile, p.now.Most = profile, profile.Connections
	p.now.Connections = min(p.now.Connections, p.now.Most)
	if p.now.State == Limited && p.now.Connections == p.now.Most {
		p.open()
	}
}

// adopt takes over what another worker heard at a moment, unless this one has heard a
// complaint since.
func (p *pace) adopt(s Standing, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.blamed.After(at) || s.State == Open && p.now.State == Open {
		return
	}
	s.Most = p.profile.Connections
	s.Connections = max(1, min(s.Connections, s.Most))
	p.now, p.good = s, 0
	if s.State == Limited {
		p.paused, p.next = at.Add(step(firstPause, lastPause, s.Step)), at.Add(step(firstStep, lastStep, s.Step))
	}
}

// peek returns the standing.
func (p *pace) peek() Standing {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now
}

// take returns the standing and whether it changed since the last take.
func (p *pace) take() (Standing, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	changed := p.changed
	p.changed = false
	return p.now, changed
}
