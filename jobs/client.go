package jobs

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/hibiken/asynq"
)

// Client wakes workers. Wakes are hints: one that is lost costs the two seconds
// until the sweeper comes by, so errors are logged and not returned.
type Client struct {
	asynq *asynq.Client
	log   *slog.Logger

	mu      sync.Mutex
	pending map[wake]bool
	signal  chan struct{}
	stop    chan struct{}
	done    chan struct{}
}

// gather is how long wakes of one destination are gathered into one task.
const gather = 3 * time.Millisecond

// NewClient starts the client on a connection.
func NewClient(c *Connection, log *slog.Logger) *Client {
	k := &Client{
		asynq: asynq.NewClient(c.opt), log: log, pending: map[wake]bool{},
		signal: make(chan struct{}, 1), stop: make(chan struct{}), done: make(chan struct{}),
	}
	go k.flushAll()
	return k
}

// wake is one destination to be served.
type wake struct {
	destination string
	urgent      bool
}

// Wake says that deliveries of a destination are stored and due; urgent when
// transactional mail is among them. It never blocks on Redis.
func (k *Client) Wake(destination string, urgent bool) {
	k.mu.Lock()
	k.pending[wake{destination, urgent}] = true
	k.mu.Unlock()
	select {
	case k.signal <- struct{}{}:
	default:
	}
}

// Close sends what is gathered and ends the client.
func (k *Client) Close() error {
	close(k.stop)
	<-k.done
	return k.asynq.Close()
}

func (k *Client) flushAll() {
	defer close(k.done)
	for {
		select {
		case <-k.stop:
			k.flush()
			return
		case <-k.signal:
			time.Sleep(gather)
			k.flush()
		}
	}
}

func (k *Client) flush() {
	k.mu.Lock()
	pending := k.pending
	k.pending = map[wake]bool{}
	k.mu.Unlock()
	for w := range pending {
		if err := k.enqueue(w); err != nil {
			k.log.Warn("a wake-up was not queued; the sweeper will find the work", "error", err)
			return // Redis is away: the others would wait for its time-out, too
		}
	}
}

// rousePeriod bounds how often the sweeper may add a task beside one that is alive.
const rousePeriod = 10 * time.Second

// rouse wakes a destination although its task seems to be alive: after a kill -9 it
// stays "active" in Redis for up to a minute and a half, while nobody works. The
// id carries the period, and a run that finds another in its process returns.
func (k *Client) rouse(w wake) {
	period := time.Now().UnixNano() / int64(rousePeriod)
	_, err := k.asynq.Enqueue(deliverTask(w, fmt.Sprintf("@%d", period)))
	if err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) {
		k.log.Warn("a destination was not roused; the next sweep tries again", "error", err)
	}
}

// enqueue adds the destination's task. While one is alive a second may wait
// behind it: it will see what was committed after the first looked last. A
// third would see nothing new.
func (k *Client) enqueue(w wake) error {
	for _, suffix := range []string{"", "#2"} {
		_, err := k.asynq.Enqueue(deliverTask(w, suffix))
		if !errors.Is(err, asynq.ErrTaskIDConflict) {
			return err
		}
	}
	return nil
}
