package jobs

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hibiken/asynq"
)

// A run that could not do all is asked to come again, in its own queue.
func TestMoreIsServedAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		var runs atomic.Int32
		w.setRun(func(string) (bool, error) {
			return runs.Add(1) < 5, nil
		})
		w.serve()
		w.client.Wake("a.example", false)
		for range 5 {
			w.served("a.example")
		}
		w.eventually("all are done", func() bool { return w.left(queueDelivery) == 0 })
		if n := len(w.runs); n != 0 || w.left(queueUrgent) != 0 {
			t.Errorf("served %d times more, %d urgent ones left", n, w.left(queueUrgent))
		}
	})
}

// A run that fails leaves no task: neither one that comes again and again, nor one in
// the archive that would block the id (K6). The work is due in SQL.
func TestAFailedRunLeavesNoTask(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.setRun(func(string) (bool, error) { return true, errors.New("the database is away") })
		w.serve()
		for range 2 { // the id is free again
			w.client.Wake("a.example", false)
			w.served("a.example")
			w.eventually("the task is gone", func() bool { return w.left(queueDelivery) == 0 })
		}
		if n := len(w.runs); n != 0 {
			t.Errorf("served %d times more", n)
		}
	})
}

// What nobody of us wrote is looked at once and does not loop, and what comes behind
// it is served.
func TestUnknownPayloadsDoNotLoop(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.serve()
		strange := map[string][]byte{"empty": nil, "binary": {0, 0xff, '\n'}, "json": []byte(`{"destination":"a.example","v":2}`), "long": make([]byte, 1<<16)}
		for name, payload := range strange {
			if _, err := w.client.asynq.Enqueue(asynq.NewTask(typeDeliver, payload, asynq.TaskID(name), asynq.Queue(queueDelivery), asynq.MaxRetry(3))); err != nil {
				t.Fatal(err)
			}
			w.served(string(payload))
		}
		w.eventually("all are done", func() bool { return w.left(queueDelivery) == 0 })
		// A kind that another version knows: it waits for its time, and runs nothing here.
		if _, err := w.client.asynq.Enqueue(asynq.NewTask("from_another_version", nil, asynq.TaskID("x"), asynq.Queue(queueDelivery), asynq.MaxRetry(3))); err != nil {
			t.Fatal(err)
		}
		w.eventually("the unknown kind is put back", func() bool {
			task, err := w.inspector.GetTaskInfo(queueDelivery, "x")
			return err == nil && task.State == asynq.TaskStateRetry && task.NextProcessAt.After(time.Now().Add(time.Second))
		})
		w.client.Wake("b.example", false)
		w.served("b.example")
		if n := len(w.runs); n != 0 {
			t.Errorf("served %d times more", n)
		}
	})
}

// A bug in one destination's run does not stop the others.
func TestAPanicCostsOneRun(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.setRun(func(destination string) (bool, error) {
			if destination == "bug.example" {
				panic("a bug")
			}
			return false, nil
		})
		w.serve()
		w.client.Wake("bug.example", false)
		w.served("bug.example")
		w.client.Wake("b.example", false)
		w.served("b.example")
	})
}
