package tracking

import (
	"slices"
	"time"
)

// How programs betray themselves by when they follow the links of one mail.
const (
	twoWithin   = time.Second // two of its links
	threeWithin = 3 * time.Second
	aroundBurst = 3 * time.Second // what else came then was the same program
	aroundTrap  = time.Minute     // likewise, of a link that no person sees
)

// clicked is what is known of one link of a mail.
type clicked struct {
	link                    int
	target                  string
	human, machine, unknown int64
	first, last             time.Time
	humanAt, humanLast      time.Time // zero without a human
}

// span is a time in which a program followed links.
type span struct {
	from, to time.Time
	why      string
}

// spansOf finds when a program followed the links of a mail.
func spansOf(links []clicked) (spans []span) {
	var times []time.Time
	for _, c := range links {
		if c.link == Honeypot {
			spans = append(spans, span{c.first.Add(-aroundTrap), c.last.Add(aroundTrap), "It also followed a link that no person sees."})
		} else if c.human > 0 {
			times = append(times, c.humanAt)
		} else {
			times = append(times, c.first)
		}
	}
	slices.SortFunc(times, time.Time.Compare)
	for i := range times {
		for n, within := range map[int]time.Duration{1: twoWithin, 2: threeWithin} {
			if i+n < len(times) && times[i+n].Sub(times[i]) <= within {
				spans = append(spans, span{times[i].Add(-aroundBurst), times[i+n].Add(aroundBurst), "It followed several links of the mail within seconds."})
			}
		}
	}
	return spans
}

// masked are the links whose human visits were a program's, with the reason.
func masked(links []clicked) map[int]string {
	spans, found := spansOf(links), map[int]string{}
	for _, c := range links {
		if c.human == 0 || c.humanLast.Sub(c.humanAt) > aroundTrap { // somebody came later, too
			continue
		}
		for _, s := range spans {
			if !c.humanAt.Before(s.from) && !c.humanAt.After(s.to) {
				found[c.link] = s.why
			}
		}
	}
	return found
}
