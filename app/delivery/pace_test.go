package delivery

import (
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func at(d time.Duration) time.Time { return noon.Add(d) }

func good(p *pace, n int) {
	for range n {
		p.delivered(10 * time.Millisecond)
	}
}

func expect(t *testing.T, p *pace, now time.Time, state PaceState, connections int) Standing {
	t.Helper()
	n := p.connections(now)
	s, _ := p.take()
	if s.State != state || n != connections {
		t.Errorf("at %s: %s with %d connections, want %s with %d", now.Format("15:04:05"), s.State, n, state, connections)
	}
	return s
}

func TestConnectionsRiseWithSuccess(t *testing.T) {
	t.Parallel()
	p := newPace("via:x", Profile{Connections: 6, Start: 2})
	expect(t, p, noon, Open, 2)
	good(p, 2*riseAfter)
	expect(t, p, noon, Open, 3)
	good(p, 1000)
	expect(t, p, noon, Open, 6) // and not above
}

// A limit halves, and speed comes back one step at a time instead of snapping back.
func TestALimitHalvesAndIsClimbedOut(t *testing.T) {
	t.Parallel()
	p := newPace("via:x", Profile{Connections: 8, Start: 8})
	p.throttled(noon, "451 4.7.500 slow down")
	p.throttled(at(time.Second), "451 4.7.500 slow down") // the same complaint on another connection
	expect(t, p, at(firstPause-time.Second), Limited, 0)
	s := expect(t, p, at(firstPause), Limited, 4)
	if !s.Since.Equal(noon) || s.Cause == "" || !s.Until.Equal(at(firstStep+3*firstStep)) {
		t.Errorf("told as %+v", s)
	}
	good(p, 1000) // success alone does not raise it
	expect(t, p, at(firstStep-time.Second), Limited, 4)
	expect(t, p, at(firstStep), Limited, 5)
	expect(t, p, at(2*firstStep), Limited, 6)
	// Another complaint: worse than before, and since is still the first.
	p.throttled(at(2*firstStep), "421 too many")
	expect(t, p, at(2*firstStep), Limited, 0)
	s = expect(t, p, at(2*firstStep+2*firstPause), Limited, 3)
	if !s.Since.Equal(noon) || s.Step != 2 {
		t.Errorf("told as %+v", s)
	}
	expect(t, p, at(4*firstStep-time.Second), Limited, 3)
	expect(t, p, at(4*firstStep), Limited, 4)
	expect(t, p, at(8*firstStep), Open, 8)
}

// At one connection there is nothing to halve: the destination rests.
func TestALimitAtOneConnectionRests(t *testing.T) {
	t.Parallel()
	p := newPace("via:x", Profile{Connections: 8, Start: 1})
	p.throttled(noon, "421 busy")
	expect(t, p, at(firstRest-time.Second), Resting, 0)
	expect(t, p, at(firstRest), Resting, 1)
	good(p, 1)
	expect(t, p, at(firstRest), Open, 1)
}

// A dead destination is probed by one delivery, ever more rarely; the first that gets
// through opens it.
func TestADeadDestinationIsProbed(t *testing.T) {
	t.Parallel()
	p := newPace("dead.example", Profile{Connections: 8, Start: 4})
	now := noon
	for _, rest := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, lastRest, lastRest} {
		p.unreachable(now, "no connection")
		p.unreachable(now, "no connection") // its other couriers
		expect(t, p, now, Resting, 0)
		if p.batch(1) != 1 {
			t.Error("a probe is one delivery")
		}
		now = now.Add(rest)
		expect(t, p, now.Add(-time.Second), Resting, 0)
		s := expect(t, p, now, Resting, 1)
		if !s.Since.Equal(noon) {
			t.Errorf("since %s", s.Since)
		}
	}
	good(p, 1)
	expect(t, p, now, Open, 4)
}

// What is claimed at once is about two seconds of work: little at a slow destination,
// so that an urgent message does not wait behind it.
func TestBatchFollowsSpeed(t *testing.T) {
	t.Parallel()
	fast, slow := newPace("fast", Profile{Connections: 8, Start: 8}), newPace("slow", Profile{Connections: 8, Start: 8})
	good(fast, 10)
	for range 10 {
		slow.delivered(3 * time.Second)
	}
	if got := fast.batch(8); got != claimBatch {
		t.Errorf("fast: %d", got)
	}
	if got := slow.batch(8); got != 16 {
		t.Errorf("slow: %d", got)
	}
}

func TestAStandingSurvivesARestart(t *testing.T) {
	t.Parallel()
	p := newPace("via:x", Profile{Connections: 8, Start: 8})
	p.unreachable(noon, "no connection")
	s, changed := p.take()
	if _, again := p.take(); !changed || again {
		t.Error("a change is told once")
	}
	q := newPace("via:x", Profile{Connections: 8, Start: 8})
	q.restore(s)
	expect(t, q, at(firstRest-time.Second), Resting, 0)
	expect(t, q, at(firstRest), Resting, 1)
}
