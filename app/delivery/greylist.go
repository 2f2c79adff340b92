package delivery

import (
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Greylisting refuses a sender, peer and recipient it has not seen for some minutes
// (RFC 6647 §2). The window is rarely told; five minutes is the custom, and what is
// longer is mostly over after twenty.
const (
	greylistWindow = 5 * time.Minute
	greylistAgain  = 15 * time.Minute // after a try that came too early
	greylistMost   = time.Hour        // of what a server may ask for
)

var askedWait = regexp.MustCompile(`(?i)\b(\d{1,5})\s*(s|sec|secs|second|seconds|m|min|mins|minute|minutes)\b`)

// greylistWait reads how long a server asks us to wait: "try again in 300 seconds".
func greylistWait(text string) time.Duration {
	wait := greylistWindow
	if m := askedWait.FindStringSubmatch(text); m != nil {
		n, err := strconv.Atoi(m[1])
		unit := time.Second
		if strings.HasPrefix(strings.ToLower(m[2]), "m") {
			unit = time.Minute
		}
		if err == nil {
			wait = max(wait, time.Duration(n)*unit)
		}
	}
	return min(wait, greylistMost)
}

// afterGreylist is when to come again after the n-th attempt: never before the
// window is over, and spread over a fifth of it.
func afterGreylist(n int, window time.Duration) time.Duration {
	if n > 1 {
		window = max(window, greylistAgain)
	}
	return window + time.Duration(rand.Float64()*0.2*float64(window)) //nolint:gosec // spreading load is no secret
}
