package delivery

import (
	"testing"
	"time"

	"smtpserver/app/clock"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
)

// A sweeper is noted where other processes see it, and not at each of its rounds.
func TestSweepsAreNoted(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB, clock.Clock) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			c := clock.NewFake(noon)
			s := open(t, c)
			e := &Engine{queue: &queue{store: s}}
			board := NewBoard(s)
			last := func() time.Time {
				t.Helper()
				at, err := board.LastSwept(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				return at
			}
			if !last().IsZero() {
				t.Fatal("noted before the first")
			}
			for _, step := range []struct {
				ahead, noted time.Duration
			}{{0, 0}, {sweptEvery / 2, 0}, {sweptEvery / 2, sweptEvery}, {time.Hour, sweptEvery + time.Hour}} {
				c.Advance(step.ahead)
				if err := e.Swept(t.Context()); err != nil {
					t.Fatal(err)
				}
				if got := last(); !got.Equal(noon.Add(step.noted)) {
					t.Errorf("%v ahead: noted at %v", step.ahead, got)
				}
			}
		})
	}
}
