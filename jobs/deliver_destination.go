package jobs

import (
	"context"
	"strings"
	"time"

	"github.com/hibiken/asynq"

	"smtpserver/app/delivery"
)

// The two kinds of "serve this destination". They do the same; urgent ones, for
// transactional mail, have workers of their own.
const (
	typeDeliver = "deliver"
	typeUrgent  = "deliver_urgent"
)

// deliverTask makes one. Its id makes it unique while it lives. MaxRetry covers
// trouble of the queue itself; attempts are counted in SQL.
func deliverTask(w wake, suffix string) *asynq.Task {
	kind, queue := typeDeliver, queueDelivery
	if w.urgent {
		kind, queue = typeUrgent, queueUrgent
	}
	return asynq.NewTask(kind, []byte(w.destination),
		asynq.TaskID(kind+":"+strings.ToLower(w.destination)+suffix), asynq.Queue(queue), asynq.MaxRetry(3), asynq.Timeout(time.Hour))
}

// Deliverer is the engine as this task needs it.
type Deliverer interface {
	Run(ctx context.Context, destination string) (more bool, err error)
	Due(ctx context.Context, limit int) ([]delivery.Due, error)
	Swept(ctx context.Context) error // Due was asked, and what it found is awake
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
		s.deps.Wake(destination, t.Type() == typeUrgent)
	}
	return nil
}
