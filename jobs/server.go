package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/hibiken/asynq"
)

// Deps is what the worker's tasks call.
type Deps struct {
	Deliverer Deliverer
	Wake      func(destination string, urgent bool)
	Periodic  []Periodic
}

// Server is a worker: it serves destinations and does the periodic work.
type Server struct {
	asynq  *asynq.Server // broadcasts, and what comes round
	urgent *asynq.Server // transactional mail
	client *Client
	deps   Deps
	log    *slog.Logger
	cancel context.CancelFunc
	loops  sync.WaitGroup
}

// grace is how long running tasks may take to finish after Shutdown; the engine
// is told first, so that runs end by themselves well before (F-05: exit ≤ 35 s).
const grace = 25 * time.Second

// NewServer makes a worker with the given number of slots.
func NewServer(c *Connection, client *Client, slots int, deps Deps, log *slog.Logger) *Server {
	return &Server{
		asynq:  newAsynq(c, slots, queueWeights, log),
		urgent: newAsynq(c, max(slots/2, 4), map[string]int{queueUrgent: 1}, log),
		client: client, deps: deps, log: log,
	}
}

func newAsynq(c *Connection, slots int, queues map[string]int, log *slog.Logger) *asynq.Server {
	return asynq.NewServer(c.opt, asynq.Config{
		Concurrency: slots, Queues: queues, Logger: quiet{log}, LogLevel: asynq.WarnLevel,
		ShutdownTimeout: grace, TaskCheckInterval: 500 * time.Millisecond, DelayedTaskCheckInterval: 5 * time.Second,
		ErrorHandler: asynq.ErrorHandlerFunc(func(_ context.Context, t *asynq.Task, err error) {
			log.Warn("a task failed", "type", t.Type(), "error", err)
		}),
	})
}

// Start begins to work and returns.
func (s *Server) Start(ctx context.Context) error {
	mux := asynq.NewServeMux()
	mux.HandleFunc(typeDeliver, s.deliverDestination)
	mux.HandleFunc(typeUrgent, s.deliverDestination)
	for _, p := range s.deps.Periodic {
		mux.HandleFunc(p.Name, s.do(p))
	}
	for _, server := range []*asynq.Server{s.asynq, s.urgent} {
		if err := server.Start(mux); err != nil && !errors.Is(err, asynq.ErrServerClosed) {
			return fmt.Errorf("jobs: start: %w", err)
		}
	}
	ctx, s.cancel = context.WithCancel(ctx)
	s.loops.Go(func() { s.sweep(ctx) })
	for _, p := range s.deps.Periodic {
		s.loops.Go(func() { s.schedule(ctx, p) })
	}
	return nil
}

// do runs periodic work; the next period is its retry.
func (s *Server) do(p Periodic) asynq.HandlerFunc {
	return func(ctx context.Context, _ *asynq.Task) error {
		if err := p.Do(ctx); err != nil {
			s.log.Error("periodic work failed", "task", p.Name, "error", err)
		}
		return nil
	}
}

// Shutdown lets running tasks finish and returns when they have, or after the grace.
func (s *Server) Shutdown() {
	s.cancel()
	s.loops.Wait()
	s.deps.Deliverer.Stop()
	var both sync.WaitGroup
	both.Go(s.asynq.Shutdown)
	both.Go(s.urgent.Shutdown)
	both.Wait()
}

// quiet passes Asynq's own words to our log.
type quiet struct{ log *slog.Logger }

func (q quiet) Debug(args ...any) { q.say(slog.LevelDebug, args) }
func (q quiet) Info(args ...any)  { q.say(slog.LevelDebug, args) }
func (q quiet) Warn(args ...any)  { q.say(slog.LevelWarn, args) }
func (q quiet) Error(args ...any) { q.say(slog.LevelError, args) }
func (q quiet) Fatal(args ...any) { q.say(slog.LevelError, args) }

func (q quiet) say(level slog.Level, args []any) {
	q.log.Log(context.Background(), level, "asynq", "says", fmt.Sprint(args...))
}
