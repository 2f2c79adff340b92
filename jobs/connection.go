package jobs

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
)

// Connection is the way to Redis: an outside server, or one inside this process.
type Connection struct {
	opt      asynq.RedisConnOpt
	client   redis.UniversalClient
	embedded *miniredis.Miniredis
	stop     chan struct{}
}

// Connect opens REDIS_URL; "embedded" starts a Redis inside the process.
func Connect(url string, concurrency int) (*Connection, error) {
	if url == "embedded" {
		return connectEmbedded(concurrency), nil
	}
	opt, err := asynq.ParseRedisURI(url)
	if err != nil {
		return nil, fmt.Errorf("jobs: REDIS_URL: %w", withoutURL(err))
	}
	if o, ok := opt.(asynq.RedisClientOpt); ok {
		o.PoolSize, o.DialTimeout, o.ReadTimeout, o.WriteTimeout = concurrency+10, 3*time.Second, 3*time.Second, 3*time.Second
		opt = o
	}
	client, ok := opt.MakeRedisClient().(redis.UniversalClient)
	if !ok {
		return nil, errors.New("jobs: REDIS_URL: not a client we know")
	}
	return &Connection{opt: opt, client: client}, nil
}

// withoutURL drops a text that could hold a password.
func withoutURL(err error) error {
	if strings.Contains(err.Error(), "@") {
		return errors.New("not a redis URL: want redis://[user:password@]host:port/db")
	}
	return err
}

// pipe hands out in-memory connections to the embedded server: no port that
// another user of the machine could reach.
type pipe struct {
	server *miniredis.Miniredis
	pool   int
}

// MakeRedisClient implements asynq.RedisConnOpt.
func (p pipe) MakeRedisClient() any {
	return redis.NewClient(&redis.Options{
		Dialer:   func(context.Context, string, string) (net.Conn, error) { return p.server.Dial() },
		PoolSize: p.pool,
	})
}

func connectEmbedded(concurrency int) *Connection {
	server := miniredis.NewMiniRedis()
	opt := pipe{server, concurrency + 10}
	client, _ := opt.MakeRedisClient().(redis.UniversalClient)
	c := &Connection{opt: opt, client: client, embedded: server, stop: make(chan struct{})}
	go c.passTime()
	return c
}

// passTime makes keys expire: this server's clock stands still by itself.
func (c *Connection) passTime() {
	const step = 5 * time.Second
	tick := time.NewTicker(step)
	defer tick.Stop()
	for {
		select {
		case <-c.stop:
			return
		case <-tick.C:
			c.embedded.FastForward(step)
		}
	}
}

// Close ends the connection and, when embedded, the server.
func (c *Connection) Close() error {
	err := c.client.Close()
	if c.embedded != nil {
		close(c.stop)
		c.embedded.Close()
	}
	return err
}

// Ping reports whether Redis answers.
func (c *Connection) Ping(ctx context.Context) error { return c.client.Ping(ctx).Err() }

// Time is what the clock of Redis shows.
func (c *Connection) Time(ctx context.Context) (time.Time, error) { return c.client.Time(ctx).Result() }

// ErrUnreachable is a Redis that does not answer.
var ErrUnreachable = errors.New("redis does not answer")

// CheckPolicy refuses a Redis that may drop tasks silently (F-16): an eviction
// policy loses the queue while every enqueue answers OK, and without the
// append-only file a restart forgets what it acknowledged. A server that hides
// its settings is accepted and reported as unknown.
func (c *Connection) CheckPolicy(ctx context.Context) (known bool, err error) {
	if c.embedded != nil {
		return true, nil
	}
	if err := c.Ping(ctx); err != nil {
		return false, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	policy, err := c.client.ConfigGet(ctx, "maxmemory-policy").Result()
	if err != nil {
		return false, nil //nolint:nilerr // CONFIG is closed on many managed servers; doctor says that it could not be checked
	}
	aof, err := c.client.ConfigGet(ctx, "appendonly").Result()
	if err != nil {
		return false, nil //nolint:nilerr // as above
	}
	var errs []error
	if p := policy["maxmemory-policy"]; p != "" && p != "noeviction" {
		errs = append(errs, fmt.Errorf("redis setting maxmemory-policy is %q and must be \"noeviction\": it would drop queued work silently", p))
	}
	if a := aof["appendonly"]; a != "" && a != "yes" {
		errs = append(errs, fmt.Errorf("redis setting appendonly is %q and must be \"yes\": a restart would forget queued work", a))
	}
	return true, errors.Join(errs...)
}
