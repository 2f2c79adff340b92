package jobs

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hibiken/asynq"
)

// Load is what one queue of tasks holds.
type Load struct {
	Queue                           string
	Pending, Active, Retrying, Dead int
	Waits                           time.Duration // of the oldest pending task
}

// Loads tells what every queue holds. A queue that no task has been put into yet is empty.
func (c *Connection) Loads() ([]Load, error) {
	inspector := asynq.NewInspector(c.opt)
	var all []Load
	err := func() error {
		known, err := inspector.Queues()
		if err != nil {
			return fmt.Errorf("jobs: inspect: %w", err)
		}
		for _, name := range []string{queueUrgent, queueDelivery, queueMaintenance} {
			if !slices.Contains(known, name) {
				all = append(all, Load{Queue: name})
				continue
			}
			info, err := inspector.GetQueueInfo(name)
			if err != nil {
				return fmt.Errorf("jobs: inspect %s: %w", name, err)
			}
			all = append(all, Load{name, info.Pending, info.Active, info.Retry, info.Archived, info.Latency})
		}
		return nil
	}()
	return all, errors.Join(err, inspector.Close())
}
