package jobs

import (
	"context"
	"strings"
	"time"

	"github.com/hibiken/asynq"
)

const typeDeliver = "deliver"

// deliverTask is "serve this destination". Its id makes it unique while it lives.
// MaxRetry covers trouble of the queue itself; attempts are counted in SQL.
func deliverTask(destination, suffix string) *asynq.Task {
	return asynq.NewTask(typeDeliver, []byte(destination),
		asynq.TaskID("deliver:"+strings.ToLower(destination)+suffix), asynq.Queue(queueDelivery), asynq.MaxRetry(3), asynq.Timeout(time.Hour))
}

// Deliverer is the engine as this task needs it.
type Deliverer interface {
	Run(ctx context.Context, destination string) (more bool, err error)
	Due(ctx context.Context, limit int) ([]string, error)
	Stop()
}

// deliverDestination never fails towards Asynq: an archived task would block its
// id, while the work is still due in SQL and the sweeper brings it back.
func (s *Server) deliverDestination(ctx context.Context, t *asynq.Task) error {
	destination := string(t.Payload())
	more, err := s.deps.Deliverer.Run(ctx, destination)
	if err != nil {
		s.log.Error("a run ended early", "error", err)
		return nil
	}
	if more {
		s.deps.Wake(destination)
	}
	return nil
}
