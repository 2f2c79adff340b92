package jobs

import (
	"testing"

	"smtpserver/app/delivery"
)

// Work whose wake-up was never queued, or was lost with all of Redis, is found.
func TestTheSweeperFindsLostWork(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		if err := w.client.enqueue(wake{"lost.example", false}); err != nil {
			t.Fatal(err)
		}
		if err := w.connection.client.FlushDB(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		w.setRun(func(string) (bool, error) {
			w.setDue() // done
			return false, nil
		})
		w.serve()
		w.setDue(delivery.Due{Name: "lost.example"})
		w.served("lost.example")
		w.setDue(delivery.Due{Name: "urgent.example", Urgent: true})
		w.served("urgent.example")
		w.eventually("nothing is left", func() bool { return w.left(queueDelivery)+w.left(queueUrgent) == 0 })
		n := w.sweeps()
		w.eventually("it tells that it lives", func() bool { return w.sweeps() > n })
	})
}

// A task that seems to be at work, as after a kill -9, does not keep the sweeper from
// rousing its destination; however often that is tried, a period has one such task.
func TestTheSweeperRousesWhatSeemsAlive(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		hold := make(chan struct{})
		w.setRun(func(string) (bool, error) {
			<-hold
			return false, nil
		})
		w.serve()
		defer close(hold)
		w.client.Wake("a.example", false)
		w.served("a.example")
		w.setDue(delivery.Due{Name: "a.example"})
		w.served("a.example")
	})
	each(t, func(t *testing.T, w *world) {
		for range 100 {
			w.client.rouse(wake{"a.example", false})
		}
		if n := len(w.waiting(queueDelivery)); n == 0 || n > 2 { // two when a period ended meanwhile
			t.Errorf("%d tasks of one destination", n)
		}
	})
}
