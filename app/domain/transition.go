package domain

import (
	"hash/fnv"
	"time"
)

// The times that decide.
const (
	graceToRepair   = 24 * time.Hour      // a wrong record → lost
	graceOfSilence  = 72 * time.Hour      // no good look for so long: silence counts as wrong
	patience        = 14 * 24 * time.Hour // after it, pending and lost domains are looked at daily
	verifiedEvery   = time.Hour
	warningEvery    = 10 * time.Minute
	unreachableSoon = 10 * time.Minute
)

// outcome is what one look at DNS means for the required records together.
type outcome string

const (
	proven  outcome = "proven"  // all good
	broken  outcome = "broken"  // at least one is definitely wrong or missing
	unknown outcome = "unknown" // none is known to be wrong, but not all could be asked for
	taken   outcome = "taken"   // all good, but another account holds the claim
)

// after returns the domain as it is after a look at DNS. It is the whole life of a
// domain: no other function changes the state.
func (d Domain) after(o outcome, reason string, now time.Time) Domain {
	if o == unknown && d.MaySend() && d.VerifiedAt != nil && now.Sub(*d.VerifiedAt) >= graceOfSilence {
		o = broken
	}
	d.Reason = reason
	switch {
	case o == proven:
		d.State, d.FailingSince, d.VerifiedAt = Verified, nil, &now
	case o == broken && d.State == Verified:
		d.State, d.FailingSince = Warning, &now
	case o == broken && d.State == Warning && now.Sub(*d.FailingSince) >= graceToRepair:
		d.State = Lost
	case o == taken && d.MaySend():
		// Cannot happen while claims are kept; if it does, the claim is right.
		d.State, d.FailingSince = Lost, &now
	}
	d.NextCheckAt = now.Add(spread(d.interval(o, now), string(d.ID)))
	return d
}

// interval is how long until the next look.
func (d Domain) interval(o outcome, now time.Time) time.Duration {
	switch {
	case o == unknown && d.MaySend():
		return unreachableSoon
	case d.State == Verified:
		return verifiedEvery
	case d.State == Warning:
		return warningEvery
	}
	since := d.CreatedAt
	if d.FailingSince != nil {
		since = *d.FailingSince
	}
	age := now.Sub(since)
	if age > patience {
		return 24 * time.Hour
	}
	return min(max(age/10, time.Minute), time.Hour)
}

// spread shifts an interval by up to a tenth, the same for a domain each time, so
// that domains added together are not looked at together for ever.
func spread(interval time.Duration, seed string) time.Duration {
	h := fnv.New32a()
	_, _ = h.Write([]byte(seed)) // a hash never fails
	return interval + interval/10*time.Duration(h.Sum32()%1000)/1000
}
