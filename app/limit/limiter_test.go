package limit_test

import (
	"bytes"
	"context"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"smtpserver/app/clock"
	"smtpserver/app/limit"
	"smtpserver/app/secret"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
)

func box(t *testing.T) *secret.Box {
	t.Helper()
	b, err := secret.NewBox(bytes.Repeat([]byte{1}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// each runs the test on both engines with a clock at the start of a minute.
func each(t *testing.T, fn func(t *testing.T, l *limit.Limiter, c *clock.Fake)) {
	t.Helper()
	start := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for name, open := range map[string]func(testing.TB, clock.Clock) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(start)
			fn(t, limit.New(open(t, c), box(t)), c)
		})
	}
}

func hit(t *testing.T, l *limit.Limiter, bucket string) limit.Decision {
	t.Helper()
	d, err := l.Hit(context.Background(), bucket, 3, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestHitRefusesBeyondTheLimitAndSlides(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, l *limit.Limiter, c *clock.Fake) {
		for i := range 3 {
			if d := hit(t, l, "x:a"); !d.Allowed || d.Remaining != 3-i {
				t.Fatalf("hit %d: %+v", i, d)
			}
		}
		d := hit(t, l, "x:a")
		if d.Allowed || d.RetryAfter <= 0 {
			t.Fatalf("the fourth hit: %+v", d)
		}
		if other := hit(t, l, "x:b"); !other.Allowed {
			t.Error("another subject is limited")
		}
		c.Advance(d.RetryAfter - 2*time.Second)
		if hit(t, l, "x:a").Allowed {
			t.Error("allowed before RetryAfter")
		}
		c.Advance(2 * time.Second)
		if !hit(t, l, "x:a").Allowed {
			t.Error("refused after RetryAfter")
		}
		c.Advance(10 * time.Minute)
		if d := hit(t, l, "x:a"); d.Remaining != 3 {
			t.Errorf("old hits still count: %+v", d)
		}
		c.Advance(-time.Hour)
		if d := hit(t, l, "x:a"); d.Remaining != 3 {
			t.Errorf("a clock set back locks the bucket: %+v", d)
		}
	})
}

func TestPeekWritesNothingAndForgiveGivesBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, l *limit.Limiter, _ *clock.Fake) {
		ctx := context.Background()
		for range 5 {
			if d, err := l.Peek(ctx, "x:a", 3, time.Minute); err != nil || !d.Allowed || d.Remaining != 3 {
				t.Fatalf("%+v, %v", d, err)
			}
		}
		for range 3 {
			if err := l.Fail(ctx, "x:a", time.Minute); err != nil {
				t.Fatal(err)
			}
		}
		if d, err := l.Peek(ctx, "x:a", 3, time.Minute); err != nil || d.Allowed {
			t.Fatalf("after three failures: %+v, %v", d, err)
		}
		if err := l.Forgive(ctx, "x:a", time.Minute); err != nil {
			t.Fatal(err)
		}
		if d := hit(t, l, "x:a"); !d.Allowed || d.Remaining != 1 {
			t.Errorf("after forgiving one: %+v", d)
		}
	})
}

func TestParallelHitsNeverPassMoreThanTheLimit(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, l *limit.Limiter, _ *clock.Fake) {
		var allowed atomic.Int64
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				d, err := l.Hit(context.Background(), "x:a", 5, time.Hour)
				if err != nil {
					t.Error(err)
				}
				if d.Allowed {
					allowed.Add(1)
				}
			})
		}
		wg.Wait()
		if allowed.Load() != 5 {
			t.Errorf("%d of 20 parallel hits were allowed, want 5", allowed.Load())
		}
	})
}

func TestNetworkCountsAnIPv6SubnetAsOne(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7", "2001:db8::1": "2001:db8::/64", "2001:db8::ffff:1": "2001:db8::/64",
	} {
		if got := limit.Network(netip.MustParseAddr(in)); got != want {
			t.Errorf("Network(%s) = %s, want %s", in, got, want)
		}
	}
}
