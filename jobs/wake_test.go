package jobs

import (
	"errors"
	"log/slog"
	"slices"
	"testing"

	"github.com/hibiken/asynq"
)

// However many wakes there are: one task of a destination, one more behind it that
// sees what came after the first looked last, and the urgent ones beside them.
func TestOneTaskPerDestination(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		for range 50 {
			for _, d := range []wake{{"a.example", false}, {"A.Example", false}, {"b.example", false}, {"a.example", true}} {
				if err := w.client.enqueue(d); err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) {
					t.Fatal(err)
				}
			}
		}
		broadcast, urgent := w.waiting(queueDelivery), w.waiting(queueUrgent)
		slices.Sort(broadcast)
		slices.Sort(urgent)
		if !slices.Equal(broadcast, []string{"deliver:a.example", "deliver:a.example#2", "deliver:b.example", "deliver:b.example#2"}) {
			t.Errorf("waiting: %q", broadcast)
		}
		if !slices.Equal(urgent, []string{"deliver_urgent:a.example", "deliver_urgent:a.example#2"}) {
			t.Errorf("waiting and urgent: %q", urgent)
		}
	})
}

// What is woken while its run is under way is served once more, and not more often.
func TestAWakeDuringARunIsNotLost(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		begun, hold := make(chan struct{}, 10), make(chan struct{})
		w.setRun(func(string) (bool, error) {
			begun <- struct{}{}
			<-hold
			return false, nil
		})
		w.serve()
		w.client.Wake("a.example", true)
		w.served("a.example")
		<-begun
		for range 20 {
			if err := w.client.enqueue(wake{"a.example", true}); err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) {
				t.Fatal(err)
			}
		}
		w.served("a.example")
		close(hold)
		w.eventually("all are done", func() bool { return w.left(queueUrgent) == 0 })
		if n := len(w.runs); n != 0 {
			t.Errorf("served %d times more", n)
		}
	})
}

// Wakes of a moment become one task, and Close sends what is gathered.
func TestCloseSendsWhatIsGathered(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		c := NewClient(w.connection, slog.New(slog.DiscardHandler))
		for range 1000 {
			c.Wake("a.example", false)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		if got := w.waiting(queueDelivery); len(got) == 0 || len(got) > 2 {
			t.Errorf("waiting: %q", got)
		}
	})
}
