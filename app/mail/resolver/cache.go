package resolver

import (
	"sync"
	"time"

	"github.com/miekg/dns"
)

// Bounds of the cache. A record's own TTL is obeyed within them.
const (
	maxEntries  = 20_000
	longestTTL  = 15 * time.Minute
	negativeTTL = time.Minute // RFC 2308 lets the zone ask for more; people fix records
)

type question struct {
	name  string
	qtype uint16
}

type cached struct {
	answer []dns.RR
	err    error
	until  time.Time
}

type cache struct {
	mu      sync.Mutex
	entries map[question]cached
}

func newCache() *cache { return &cache{entries: map[question]cached{}} }

func (c *cache) get(q question) ([]dns.RR, error, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[q]
	if !ok || time.Now().After(e.until) {
		return nil, nil, false
	}
	return e.answer, e.err, true
}

func (c *cache) put(q question, m *dns.Msg, answer []dns.RR, err error) {
	ttl := negativeTTL
	if err == nil && len(answer) > 0 {
		ttl = longestTTL
		for _, rr := range answer {
			ttl = min(ttl, time.Duration(rr.Header().Ttl)*time.Second)
		}
	}
	if ttl <= 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.entries) >= maxEntries {
		c.entries = map[question]cached{} // rare, and simpler than an order of eviction
	}
	c.entries[q] = cached{answer, err, time.Now().Add(ttl)}
}
