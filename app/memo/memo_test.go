package memo_test

import (
	"errors"
	"testing"
	"time"

	"smtpserver/app/clock"
	"smtpserver/app/memo"
)

func TestGetRemembersForItsTime(t *testing.T) {
	t.Parallel()
	c := clock.NewFake(time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC))
	m := memo.New[string, int](c, 4*time.Second, 10)
	loads := 0
	get := func() int {
		t.Helper()
		v, err := m.Get("k", func() (int, error) { loads++; return loads, nil })
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	steps := []struct {
		name    string
		advance time.Duration
		want    int
	}{
		{"first load", 0, 1},
		{"remembered", 3999 * time.Millisecond, 1},
		{"dead at its time", time.Millisecond, 2},
		{"clock set back", -time.Hour, 3},
	}
	for _, s := range steps {
		c.Advance(s.advance)
		if got := get(); got != s.want {
			t.Errorf("%s: got load %d, want %d", s.name, got, s.want)
		}
	}
	m.Forget("k")
	if got := get(); got != 4 {
		t.Errorf("after Forget: got load %d", got)
	}
	m.ForgetIf(func(k string, v int) bool { return k == "k" && v == 4 })
	if got := get(); got != 5 {
		t.Errorf("after ForgetIf: got load %d", got)
	}
}

// The age counts from before the load: a change during a slow load is not hidden.
func TestAgeCountsFromBeforeTheLoad(t *testing.T) {
	t.Parallel()
	c := clock.NewFake(time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC))
	m := memo.New[string, int](c, 4*time.Second, 10)
	slow := func() (int, error) { c.Advance(10 * time.Second); return 1, nil }
	if _, err := m.Get("k", slow); err != nil {
		t.Fatal(err)
	}
	if v, _ := m.Get("k", func() (int, error) { return 2, nil }); v != 2 {
		t.Error("an answer loaded over 10 s was remembered as fresh")
	}
}

func TestErrorsAreNotRemembered(t *testing.T) {
	t.Parallel()
	m := memo.New[string, int](clock.System, time.Hour, 10)
	boom := errors.New("boom")
	if _, err := m.Get("k", func() (int, error) { return 0, boom }); !errors.Is(err, boom) {
		t.Fatal(err)
	}
	if v, err := m.Get("k", func() (int, error) { return 7, nil }); v != 7 || err != nil {
		t.Errorf("got %d, %v", v, err)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	m := memo.New[int, int](clock.System, time.Hour, 100)
	for i := range 10_000 {
		if _, err := m.Get(i, func() (int, error) { return i, nil }); err != nil {
			t.Fatal(err)
		}
	}
	kept := 0
	m.ForgetIf(func(int, int) bool { kept++; return false })
	if kept == 0 || kept > 100 {
		t.Errorf("%d entries kept, want 1 to 100", kept)
	}
}
