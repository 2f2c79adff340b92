package disk

import (
	"errors"
	"testing"
	"time"
)

type still struct{ now time.Time }

func (s *still) Now() time.Time { return s.now }

// F-23: full before nothing fits, free again by itself, without fluttering in between.
func TestF23Guard(t *testing.T) {
	t.Parallel()
	c := &still{time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	free, trouble := uint64(1000), error(nil)
	g := &Guard{Free: func() (uint64, error) { return free, trouble }, Least: 100, Clock: c}
	for _, step := range []struct {
		free    uint64
		trouble error
		full    bool
	}{
		{1000, nil, false}, {100, nil, false}, {99, nil, true}, {110, nil, true}, {0, errors.New("i/o"), true}, {125, nil, false}, {110, nil, false},
	} {
		free, trouble = step.free, step.trouble
		c.now = c.now.Add(lookEvery)
		full, err := g.Full()
		if full != step.full || (err != nil) != (step.trouble != nil) {
			t.Errorf("%d free: full %v, %v", step.free, full, err)
		}
		free = 1_000_000
		if again, _ := g.Full(); again != full {
			t.Error("looked again at once")
		}
	}
}

func TestFreeIn(t *testing.T) {
	t.Parallel()
	if n, err := FreeIn(t.TempDir())(); n == 0 || err != nil {
		t.Error(n, err)
	}
	if _, err := FreeIn("/nowhere/at/all")(); err == nil {
		t.Error("a folder that is not there has room")
	}
}
