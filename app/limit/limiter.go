package limit

import (
	"context"
	"fmt"
	"math"
	"net/netip"
	"strings"
	"time"

	"smtpserver/app/fault"
	"smtpserver/app/secret"
	"smtpserver/app/store"
)

// Limiter counts. Safe for concurrent use, across processes too.
type Limiter struct {
	store *store.Store
	box   *secret.Box
}

// New returns a limiter.
func New(s *store.Store, box *secret.Box) *Limiter { return &Limiter{store: s, box: box} }

// Decision says whether one more is allowed.
type Decision struct {
	Allowed    bool
	Remaining  int           // how many more would be allowed now
	RetryAfter time.Duration // when not allowed: after which one more is
}

// Err returns a Limited fault with the sentence, or nil when allowed.
func (d Decision) Err(safe string) error {
	if d.Allowed {
		return nil
	}
	return fault.New(fault.Limited, safe)
}

// Hit counts one and reports whether it was within the limit. What is refused is
// not counted, so that trying again cannot prolong the wait. Call it outside of
// other transactions: a rollback would give the hit back.
func (l *Limiter) Hit(ctx context.Context, bucket string, limit int, window time.Duration) (Decision, error) {
	var d Decision
	err := l.change(ctx, bucket, window, func(w *row, now time.Time) bool {
		d = w.judge(now, limit, window)
		if d.Allowed {
			w.Hits++
		}
		return d.Allowed
	})
	return d, err
}

// Fail counts one without asking, for something that has already failed.
func (l *Limiter) Fail(ctx context.Context, bucket string, window time.Duration) error {
	return l.change(ctx, bucket, window, func(w *row, _ time.Time) bool {
		w.Hits++
		return true
	})
}

// Forgive takes one hit back, for a sign-in that turned out well.
func (l *Limiter) Forgive(ctx context.Context, bucket string, window time.Duration) error {
	return l.change(ctx, bucket, window, func(w *row, _ time.Time) bool {
		if w.Hits == 0 {
			return false
		}
		w.Hits--
		return true
	})
}

// Peek reports whether one more would be allowed. It writes nothing.
func (l *Limiter) Peek(ctx context.Context, bucket string, limit int, window time.Duration) (Decision, error) {
	name, err := l.name(bucket)
	if err != nil {
		return Decision{}, err
	}
	now := l.store.Now()
	w, err := l.find(ctx, name, now.Truncate(window))
	if err != nil {
		return Decision{}, err
	}
	w.slide(now, window)
	return w.judge(now, limit, window), nil
}

// name keeps the kind readable and hides the subject.
func (l *Limiter) name(bucket string) (string, error) {
	kind, subject, _ := strings.Cut(bucket, ":")
	mac, err := l.box.MAC("limit", []byte(subject))
	if err != nil {
		return "", fmt.Errorf("limit: %w", err)
	}
	return kind + ":" + mac, nil
}

// slide moves the row to the window of now. A row from the future (the clock was
// set back) starts afresh, or it would lock for as long as the jump (F-25).
func (w *row) slide(now time.Time, window time.Duration) {
	start := now.Truncate(window)
	switch {
	case w.StartedAt.Equal(start):
		return
	case w.StartedAt.Equal(start.Add(-window)):
		w.Previous = w.Hits
	default:
		w.Previous = 0
	}
	w.StartedAt, w.Hits = start, 0
}

// judge estimates the hits of the last window's length.
func (w *row) judge(now time.Time, limit int, window time.Duration) Decision {
	elapsed := now.Sub(w.StartedAt)
	used := float64(w.Hits) + float64(w.Previous)*float64(window-elapsed)/float64(window)
	left := float64(limit) - used
	if left >= 1 {
		return Decision{Allowed: true, Remaining: int(math.Floor(left))}
	}
	return Decision{RetryAfter: w.wait(elapsed, float64(limit), window)}
}

// wait computes when the estimate falls to limit-1.
func (w *row) wait(elapsed time.Duration, limit float64, window time.Duration) time.Duration {
	room := limit - 1 - float64(w.Hits)
	share := float64(w.Hits) // what weighs after this window's end
	until := window - elapsed
	if room >= 0 && w.Previous > 0 {
		// The former window's weight must shrink to room, still within this window.
		at := float64(window) * (1 - room/float64(w.Previous))
		return max(time.Second, time.Duration(at)-elapsed)
	}
	at := float64(window) * max(0, 1-(limit-1)/max(share, 1))
	return max(time.Second, until+time.Duration(at))
}

// Network is the address for counting: the whole of an IPv4 one, the /64 of an
// IPv6 one, because one customer holds at least that many.
func Network(ip netip.Addr) string {
	ip = ip.Unmap().WithZone("")
	if !ip.Is6() {
		return ip.String()
	}
	prefix, err := ip.Prefix(64)
	if err != nil {
		return ip.String()
	}
	return prefix.String()
}
