package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hibiken/asynq"
)

// Periodic is work that every worker offers and one does per period: the task's
// id carries the period, so a second scheduler is harmless (F-19).
type Periodic struct {
	Name  string
	Every time.Duration
	Do    func(ctx context.Context) error
}

func (s *Server) schedule(ctx context.Context, p Periodic) {
	tick := time.NewTicker(p.Every)
	defer tick.Stop()
	for {
		period := time.Now().UnixNano() / int64(p.Every)
		_, err := s.client.asynq.EnqueueContext(ctx, asynq.NewTask(p.Name, nil), asynq.TaskID(fmt.Sprintf("%s:%d", p.Name, period)),
			asynq.Queue(queueMaintenance), asynq.MaxRetry(0), asynq.Timeout(10*time.Minute), asynq.Retention(2*p.Every))
		if err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) && ctx.Err() == nil {
			s.log.Warn("a periodic task was not queued", "task", p.Name, "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// round asks for a periodic task at once. When that fails it costs a period.
func (k *Client) round(task string) {
	_, err := k.asynq.Enqueue(asynq.NewTask(task, nil), asynq.TaskID(task+":now"), asynq.Queue(queueMaintenance), asynq.MaxRetry(0), asynq.Timeout(10*time.Minute))
	if err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) {
		k.log.Warn("a round was not queued; the next period brings one", "task", task, "error", err)
	}
}
