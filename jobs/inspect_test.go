package jobs

import (
	"testing"

	"github.com/hibiken/asynq"
)

// A queue without tasks is empty, not missing; what waits is counted where it is.
func TestLoads(t *testing.T) {
	t.Parallel()
	c, err := Connect("embedded", 2)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	client := asynq.NewClient(c.opt)
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	})
	for range 3 {
		if _, err := client.Enqueue(asynq.NewTask("x", nil), asynq.Queue(queueDelivery)); err != nil {
			t.Fatal(err)
		}
	}
	all, err := c.Loads()
	if err != nil || len(all) != 3 || all[0].Queue != queueUrgent || all[0].Pending != 0 || all[1].Pending != 3 {
		t.Fatalf("%+v %v", all, err)
	}
}
