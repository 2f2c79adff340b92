package limit_test

import (
	"testing"
	"time"

	"smtpserver/app/limit"
)

func TestRateIsEvenAndNeverAbove(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, perMinute := range []int{1, 7, 60, 600, 6000, 600_000} {
		r, total := limit.Rate{PerMinute: perMinute}, 0
		burst := 1 + perMinute/240
		for step := 50 * time.Millisecond; step <= 3*time.Minute; step += 50 * time.Millisecond {
			now := noon.Add(step)
			n := r.Room(now)
			if n > burst+1 {
				t.Fatalf("%d a minute: %d at once", perMinute, n)
			}
			r.Take(n, now)
			total += n
			if most := int(step.Minutes()*float64(perMinute)) + burst + 1; total > most {
				t.Fatalf("%d a minute: %d after %s, at most %d", perMinute, total, step, most)
			}
		}
		if total < 3*perMinute-1 {
			t.Errorf("%d a minute: only %d in three minutes", perMinute, total)
		}
	}
}

func TestRateForgivesTheClock(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	r := limit.Rate{PerMinute: 60}
	r.Take(1, noon)
	if r.Room(noon) != 0 || r.Room(noon.Add(time.Second)) != 1 {
		t.Error("not one a second")
	}
	if r.Room(noon.Add(-time.Hour)) == 0 {
		t.Error("a clock set back locks the rate")
	}
	if at := r.After(120, noon); !at.Equal(noon.Add(2*time.Minute + 750*time.Millisecond)) {
		t.Errorf("after 120 others: %s", at)
	}
	if (limit.Rate{}).Room(noon) != limit.NoLimit {
		t.Error("the zero rate limits")
	}
	if got := (limit.Rate{PerMinute: 600}).String() + ", " + (limit.Rate{PerMinute: 90}).String(); got != "10 a second, 90 a minute" {
		t.Error(got)
	}
}
