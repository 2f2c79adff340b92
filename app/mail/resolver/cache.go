package resolver

import (
	"sync"
	"time"

	"github.com/miekg/dns"

	"smtpserver/app/clock"
)

// Bounds of the cache. A record's own TTL is obeyed within them.
const (
	maxEntries  = 20_000
	longestTTL  = 15 * time.Minute
	negativeTTL = time.Minute // RFC 2308 §5 lets the zone ask for more; people fix records
)

type question struct {
	name  string
	qtype uint16
}

type cached struct {
	answer Answer
	err    error
	until  time.Time
}

type cache struct {
	clock   clock.Clock
	mu      sync.Mutex
	entries map[question]cached
}

func newCache(c clock.Clock) *cache { return &cache{clock: c, entries: map[question]cached{}} }

func (c *cache) get(q question) (cached, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[q]
	return e, ok && c.clock.Now().Before(e.until)
}

func (c *cache) put(q question, m *dns.Msg, answer Answer, err error) {
	ttl := lifetime(m, len(answer.Records) > 0)
	c.mu.Lock()
	defer c.mu.Unlock()
	if ttl <= 0 {
		delete(c.entries, q) // a fresh answer also ends what an older one said
		return
	}
	now := c.clock.Now()
	if len(c.entries) >= maxEntries {
		c.makeRoom(now)
	}
	c.entries[q] = cached{answer, err, now.Add(ttl)}
}

// makeRoom drops what is over, and an arbitrary tenth of the rest when that is not
// enough: rare, and simpler than an order of eviction.
func (c *cache) makeRoom(now time.Time) {
	for q, e := range c.entries {
		if !now.Before(e.until) {
			delete(c.entries, q)
		}
	}
	for q := range c.entries {
		if len(c.entries) <= maxEntries-maxEntries/10 {
			return
		}
		delete(c.entries, q)
	}
}

// lifetime is how long an answer may be kept: the smallest TTL of its records, those
// of the aliases included, or for a "no" what the zone's SOA says (RFC 2308 §5).
func lifetime(m *dns.Msg, found bool) time.Duration {
	longest, records := longestTTL, m.Answer
	if !found {
		longest, records = negativeTTL, append(records[:len(records):len(records)], m.Ns...)
	}
	for _, rr := range records {
		ttl := rr.Header().Ttl
		if soa, ok := rr.(*dns.SOA); ok {
			ttl = min(ttl, soa.Minttl)
		}
		longest = min(longest, time.Duration(ttl)*time.Second)
	}
	return longest
}
