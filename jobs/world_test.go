package jobs

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"smtpserver/app/delivery"
	"smtpserver/app/testkit/services"
)

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

// each runs a test on the queue inside the process and on a Redis.
func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) { t.Parallel(); fn(t, newWorld(t, "embedded")) })
	t.Run("redis", func(t *testing.T) { t.Parallel(); fn(t, newWorld(t, services.Redis(t))) })
}

// world is a queue, its client, and an engine that tells which destinations it is
// asked to serve.
type world struct {
	t          testing.TB
	connection *Connection
	client     *Client
	inspector  *asynq.Inspector
	runs       chan string

	mu      sync.Mutex
	due     []delivery.Due
	run     func(destination string) (more bool, err error)
	stopped bool
	swept   int
}

func newWorld(t testing.TB, url string) *world {
	t.Helper()
	w := &world{t: t, runs: make(chan string, 1000)}
	w.connection = connect(t, url)
	w.client = NewClient(w.connection, slog.New(slog.DiscardHandler))
	w.inspector = asynq.NewInspector(w.connection.opt)
	t.Cleanup(func() {
		if err := errors.Join(w.client.Close(), w.inspector.Close()); err != nil {
			t.Error(err)
		}
	})
	return w
}

func connect(t testing.TB, url string) *Connection {
	t.Helper()
	c, err := Connect(url, 10)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// Run implements Deliverer.
func (w *world) Run(_ context.Context, destination string) (bool, error) {
	w.mu.Lock()
	run := w.run
	w.mu.Unlock()
	w.runs <- destination
	if run == nil {
		return false, nil
	}
	return run(destination)
}

// Due implements Deliverer.
func (w *world) Due(context.Context, int) ([]delivery.Due, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.due, nil
}

// Swept implements Deliverer.
func (w *world) Swept(context.Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.swept++
	return nil
}

// sweeps is how often a sweeper has told that it lives.
func (w *world) sweeps() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.swept
}

// Stop implements Deliverer.
func (w *world) Stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = true
}

func (w *world) setDue(due ...delivery.Due) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.due = due
}

func (w *world) setRun(run func(string) (bool, error)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.run = run
}

// serve starts a worker, which ends with the test.
func (w *world) serve(periodic ...Periodic) *Server {
	w.t.Helper()
	s := NewServer(w.connection, w.client, 4, Deps{Deliverer: w, Wake: w.client.Wake, Periodic: periodic}, slog.New(slog.DiscardHandler))
	if err := s.Start(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(s.Shutdown)
	return s
}

// served waits until the engine is asked to serve a destination.
func (w *world) served(want string) {
	w.t.Helper()
	select {
	case got := <-w.runs:
		if got != want {
			w.t.Fatalf("served %q, want %q", got, want)
		}
	case <-time.After(patience):
		w.t.Fatalf("%q is not served", want)
	}
}

// waiting returns the ids of tasks that wait in a queue, in their order.
func (w *world) waiting(queue string) []string {
	w.t.Helper()
	if !w.has(queue) {
		return nil
	}
	tasks, err := w.inspector.ListPendingTasks(queue)
	if err != nil {
		w.t.Fatal(err)
	}
	ids := make([]string, len(tasks))
	for i, task := range tasks {
		ids[i] = task.ID
	}
	return ids
}

// left counts the tasks of a queue that are neither done nor gone.
func (w *world) left(queue string) int {
	w.t.Helper()
	if !w.has(queue) {
		return 0
	}
	info, err := w.inspector.GetQueueInfo(queue)
	if err != nil {
		w.t.Fatal(err)
	}
	return info.Size - info.Completed
}

// has reports whether a queue ever had a task.
func (w *world) has(queue string) bool {
	w.t.Helper()
	all, err := w.inspector.Queues()
	if err != nil {
		w.t.Fatal(err)
	}
	return slices.Contains(all, queue)
}

// eventually waits for what Asynq writes after a handler returned.
func (w *world) eventually(what string, is func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if is() {
			return
		}
	}
	w.t.Errorf("never: %s", what)
}
