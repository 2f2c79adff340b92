package delivery

import (
	"math/rand/v2"
	"time"
)

// Retry times: the first try again comes after five minutes, which greylisting asks for,
// then twice as long each time up to four hours, after about a day six hours, until the
// delivery expires after five days (RFC 5321 §4.5.4.1): about thirty tries in all (F-32).
const (
	firstRetry = 5 * time.Minute
	longRetry  = 4 * time.Hour
	lastRetry  = 6 * time.Hour
	manyTries  = 12               // from so many on
	soonRetry  = 15 * time.Second // after a fault of ours
)

// retryAfter returns how long to wait after the n-th attempt (n ≥ 1), spread by
// ±20 % so that what failed together does not come back together (F-48).
func retryAfter(n int, random func() float64) time.Duration {
	wait := longRetry
	switch {
	case n >= manyTries:
		wait = lastRetry
	case n >= 1 && n <= 6:
		wait = min(firstRetry<<(n-1), longRetry)
	}
	return time.Duration(float64(wait) * (0.8 + 0.4*random()))
}

// afterAtLeast never comes back before the first wait: greylisting and an ambiguous
// attempt both need the full five minutes. The first tries are spread over the minute
// after it, so that nothing gathers at its end (F-48).
func afterAtLeast(n int) time.Duration {
	if n <= 1 {
		return firstRetry + time.Duration(0.2*rand.Float64()*float64(firstRetry)) //nolint:gosec // spreading load is no secret
	}
	return retryAfter(n, rand.Float64)
}
