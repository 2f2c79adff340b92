package load

import (
	"slices"
	"time"
)

// Latency holds exact figures: every answer counts, nothing is sampled.
type Latency struct {
	P50, P95, P99, Max time.Duration
}

// Percentiles sorts all and reads the figures off by nearest rank.
func Percentiles(all []time.Duration) Latency {
	if len(all) == 0 {
		return Latency{}
	}
	slices.Sort(all)
	return Latency{P50: rank(all, 50), P95: rank(all, 95), P99: rank(all, 99), Max: all[len(all)-1]}
}

// rank is the smallest value that at least percent of sorted are not above.
func rank(sorted []time.Duration, percent int) time.Duration {
	return sorted[max((percent*len(sorted)+99)/100, 1)-1]
}
