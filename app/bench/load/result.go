package load

import (
	"maps"
	"time"
)

// Result is what a load measured.
type Result struct {
	Attempted  int           // messages that were begun
	Accepted   int           // 250 to the final dot
	Recipients int           // of the accepted messages, and accepted themselves
	Connects   int           // connections that got as far as being ready to send
	Start      time.Time     // before the first connection
	LastAnswer time.Time     // of the last 250
	Elapsed    time.Duration // from Start to LastAnswer
	Latency    Latency       // from the final dot to its answer, of accepted messages

	// Refused counts answers other than the hoped-for by stage and code
	// ("data 452"), Broken the connections that ended by stage ("connect").
	Refused map[string]int
	Broken  map[string]int
}

// PerSecond is the rate of acceptance.
func (r *Result) PerSecond() float64 {
	if r.Elapsed <= 0 {
		return 0
	}
	return float64(r.Accepted) / r.Elapsed.Seconds()
}

// tally is one connection's share of a result; no lock is needed to count.
type tally struct {
	attempted, accepted, recipients, connects int

	last            time.Time
	latencies       []time.Duration
	refused, broken map[string]int
}

func newTally(expected int) *tally {
	return &tally{latencies: make([]time.Duration, 0, expected), refused: map[string]int{}, broken: map[string]int{}}
}

func merge(start time.Time, tallies []*tally) *Result {
	r := &Result{Start: start, Refused: map[string]int{}, Broken: map[string]int{}}
	var latencies []time.Duration
	for _, t := range tallies {
		r.Attempted += t.attempted
		r.Accepted += t.accepted
		r.Recipients += t.recipients
		r.Connects += t.connects
		if t.last.After(r.LastAnswer) {
			r.LastAnswer = t.last
		}
		latencies = append(latencies, t.latencies...)
		for key, n := range maps.All(t.refused) {
			r.Refused[key] += n
		}
		for key, n := range maps.All(t.broken) {
			r.Broken[key] += n
		}
	}
	r.Latency = Percentiles(latencies)
	if r.Accepted > 0 {
		r.Elapsed = r.LastAnswer.Sub(start)
	}
	return r
}
