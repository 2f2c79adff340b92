package tlspolicy

import (
	"context"
	"strings"
	"sync"
	"time"
)

// Entry is a cached policy.
type Entry struct {
	Domain  string
	ID      string // of the DNS record
	Text    string // the policy's lines
	Fetched time.Time
	Expires time.Time
}

// Cache keeps policies for as long as their max_age says, best beyond a restart: what
// is forgotten can be taken away by an attacker who blocks DNS or the web. Entries
// that expired may be dropped.
type Cache interface {
	// Get returns the entry of a domain; ok is false when there is none. An error
	// defers mail, since nobody knows then what the domain asks for.
	Get(ctx context.Context, domain string) (e Entry, ok bool, err error)
	// Put replaces the entry of e.Domain.
	Put(ctx context.Context, e Entry) error
}

func entryOf(domain string, p Policy, now time.Time) Entry {
	return Entry{Domain: domain, ID: p.ID, Text: strings.Join(p.Lines, "\n"), Fetched: now, Expires: now.Add(p.MaxAge)}
}

// policy reads the entry's text again.
func (e Entry) policy() (Policy, error) {
	p, err := ParsePolicy(e.Text)
	p.ID = e.ID
	return p, err
}

// Memory is a Cache for one process. Safe for concurrent use.
type Memory struct {
	mu      sync.Mutex
	max     int
	entries map[string]Entry
}

// NewMemory returns a cache of at most max entries.
func NewMemory(max int) *Memory { return &Memory{max: max, entries: map[string]Entry{}} }

// Get implements Cache.
func (m *Memory) Get(_ context.Context, domain string) (Entry, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.entries[domain]
	return e, ok, nil
}

// Put implements Cache. When it is full, what would expire first makes room.
func (m *Memory) Put(_ context.Context, e Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.entries[e.Domain]; !known && len(m.entries) >= m.max {
		first := e
		for _, other := range m.entries {
			if other.Expires.Before(first.Expires) {
				first = other
			}
		}
		delete(m.entries, first.Domain)
		if first.Domain == e.Domain {
			return nil
		}
	}
	m.entries[e.Domain] = e
	return nil
}
