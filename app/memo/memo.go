// Package memo remembers answers for a few seconds, so that hot paths (SMTP AUTH,
// MAIL FROM, signing) need no database read, and so that a change elsewhere, in
// another process too, counts within the time to live without any notification.
package memo

import (
	"sync"
	"time"

	"smtpserver/app/clock"
)

// Memo is a bounded map whose entries die by age. Safe for concurrent use.
type Memo[K comparable, V any] struct {
	clock   clock.Clock
	ttl     time.Duration
	max     int
	mu      sync.Mutex
	entries map[K]entry[V]
}

type entry[V any] struct {
	value V
	at    time.Time
}

// New returns an empty memo. An entry older than ttl is never answered; at most
// max entries are kept.
func New[K comparable, V any](c clock.Clock, ttl time.Duration, max int) *Memo[K, V] {
	return &Memo[K, V]{clock: c, ttl: ttl, max: max, entries: map[K]entry[V]{}}
}

// Get returns what is remembered for the key, or loads and remembers it. An error
// is returned and not remembered. The age counts from before the load: what
// changes during a slow load is not hidden for longer than ttl.
func (m *Memo[K, V]) Get(key K, load func() (V, error)) (V, error) {
	now := m.clock.Now()
	m.mu.Lock()
	e, ok := m.entries[key]
	m.mu.Unlock()
	if ok && m.fresh(e, now) {
		return e.value, nil
	}
	value, err := load()
	if err != nil {
		return value, err
	}
	m.put(key, entry[V]{value, now})
	return value, nil
}

// Forget drops one key.
func (m *Memo[K, V]) Forget(key K) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.entries, key)
}

// ForgetIf drops every entry that the function names.
func (m *Memo[K, V]) ForgetIf(match func(K, V) bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for k, e := range m.entries {
		if match(k, e.value) {
			delete(m.entries, k)
		}
	}
}

// fresh also refuses entries from the future: a clock that was set back must not
// make an answer live for an hour (F-25).
func (m *Memo[K, V]) fresh(e entry[V], now time.Time) bool {
	age := now.Sub(e.at)
	return age >= 0 && age < m.ttl
}

func (m *Memo[K, V]) put(key K, e entry[V]) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.entries) >= m.max {
		m.makeRoom(e.at)
	}
	m.entries[key] = e
}

// makeRoom drops the dead; when all live, it drops arbitrary ones: a flood of
// made-up keys costs reads, never memory.
func (m *Memo[K, V]) makeRoom(now time.Time) {
	for k, e := range m.entries {
		if !m.fresh(e, now) {
			delete(m.entries, k)
		}
	}
	for k := range m.entries {
		if len(m.entries) <= m.max*3/4 {
			return
		}
		delete(m.entries, k)
	}
}
