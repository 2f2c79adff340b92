package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"smtpserver/app/testkit/proxy"
	"smtpserver/app/testkit/services"
)

// behindProxy is a ground whose Redis is reached through a proxy.
func behindProxy(t *testing.T) (*field, *services.RedisServer, *proxy.Proxy) {
	t.Helper()
	redis := services.OwnRedis(t, services.RedisOptions{})
	p := proxy.New(t, redis.Addr())
	f := newField(t, []string{"DATABASE_URL=" + services.Postgres(t), "REDIS_URL=redis://" + p.Addr() + "/0"})
	f.p.start()
	return f, redis, p
}

// F-10: the transaction commits and Redis is away for the wake-up. The client gets its
// 250, and the sweeper delivers within 30 s of Redis' return.
func TestF10CommitWithoutWake(t *testing.T) {
	t.Parallel()
	f, _, p := behindProxy(t)
	p.Set(proxy.Fault{Refuse: true})
	p.Cut()
	f.send(t.Context(), 50, 0)
	p.Set(proxy.Fault{})
	l := f.settle(30 * time.Second)
	f.judge("committed while Redis was away", l)
	f.once(l)
}

// once fails unless everything that was offered was taken, and arrived exactly once.
// What the test itself cut off at its end has no answer, and may have arrived.
func (f *field) once(l ledgerJSON) {
	f.t.Helper()
	copies := f.arrived()
	for _, e := range f.entries() {
		if n := copies[e.ID]; e.Code != 250 && e.Code != 0 || n > 1 || e.Code == 250 && n == 0 {
			f.t.Errorf("%s was answered %d and arrived %d times", e.ID, e.Code, copies[e.ID])
		}
	}
	if l.Ambiguous != 0 {
		f.t.Errorf("%d deliveries are counted as doubtful", l.Ambiguous)
	}
}

// F-13, K4: Redis is away for longer than a task's lease while deliveries finish.
// Submission goes on, and nothing runs a second time when it is back.
func TestF13RedisAwayLong(t *testing.T) {
	t.Parallel()
	f, redis, _ := behindProxy(t)
	stop := f.load(50)
	time.Sleep(500 * time.Millisecond)
	f.try(redis.Kill())
	time.Sleep(time.Duration(rounds(5, 60)) * time.Second)
	f.try(redis.Start(t.Context()))
	time.Sleep(500 * time.Millisecond)
	stop()
	l := f.settle(60 * time.Second)
	f.judge("Redis away", l)
	f.once(l)
}

// F-14: Redis forgets everything, again and again.
func TestF14RedisFlushed(t *testing.T) {
	t.Parallel()
	f, redis, _ := behindProxy(t)
	stop := f.load(100)
	random := seeded(t)
	for range 20 {
		time.Sleep(time.Duration(50+random.IntN(rounds(150, 1500))) * time.Millisecond)
		f.try(redis.Flush(t.Context()))
	}
	stop()
	l := f.settle(60 * time.Second)
	f.judge("Redis flushed 20 times", l)
	f.once(l)
}

// F-15, K3: Redis is full and refuses writes. Mail is taken all the same, and delivered
// when there is room, without a restart.
func TestF15RedisFull(t *testing.T) {
	t.Parallel()
	f, redis, _ := behindProxy(t)
	do := func(command string) {
		t.Helper()
		_, err := redis.Do(t.Context(), command)
		f.try(err)
	}
	do("CONFIG SET maxmemory 1")
	f.send(t.Context(), 50, 0)
	do("CONFIG SET maxmemory 64mb")
	l := f.settle(60 * time.Second)
	f.judge("Redis full", l)
	f.once(l)
}

// F-17: Redis is slow, very slow, or silent. It is on nobody's way: answers to DATA and
// pages come as fast as ever.
func TestF17RedisSlow(t *testing.T) {
	t.Parallel()
	f, _, p := behindProxy(t)
	for name, fault := range map[string]proxy.Fault{"500 ms": {Latency: 500 * time.Millisecond}, "5 s": {Latency: 5 * time.Second}, "silent": {Silent: true}} {
		p.Set(fault)
		before := len(f.entries())
		f.send(t.Context(), 100, 50)
		var slowestPage time.Duration
		for range 10 {
			began := time.Now()
			resp, err := http.Get("http://" + f.p.web + "/login")
			f.try(err)
			_ = resp.Body.Close()
			slowestPage = max(slowestPage, time.Since(began))
		}
		took := f.answers(before)
		t.Logf("%s: answers to DATA p50 %s, p99 %s; slowest page %s", name, took[len(took)/2], took[len(took)*99/100], slowestPage)
		if took[len(took)*99/100] > time.Second || slowestPage > 1500*time.Millisecond {
			t.Errorf("%s: Redis is on the way of SMTP or pages", name)
		}
	}
	p.Set(proxy.Fault{})
	l := f.settle(60 * time.Second)
	f.judge("Redis slow", l)
	f.once(l)
}

// answers are how long the messages since an entry took, sorted.
func (f *field) answers(since int) (took []time.Duration) {
	f.t.Helper()
	for _, e := range f.entries()[since:] {
		took = append(took, e.End.Sub(e.Start))
	}
	slices.Sort(took)
	if len(took) == 0 {
		f.t.Fatal("nothing was sent")
	}
	return took
}

// F-18: the worker dies and Redis has lost the lease of its tasks: Asynq never brings
// them back. The sweeper does.
func TestF18LeaseEntryLost(t *testing.T) {
	t.Parallel()
	redis := services.OwnRedis(t, services.RedisOptions{})
	x := newExchangers(t, []string{"DATABASE_URL=" + services.Postgres(t), "REDIS_URL=" + redis.URL()}, inFlight)
	x.apart()
	x.start()
	b := x.block("MAIL")
	x.mail(inFlight)
	b.wait(t, inFlight)
	x.worker.kill()
	for _, queue := range []string{"urgent", "delivery"} {
		_, err := redis.Do(t.Context(), fmt.Sprintf("DEL asynq:{%s}:lease", queue))
		x.try(err)
	}
	b.lift()
	x.worker.start()
	l := x.settle(60 * time.Second)
	x.judge("leases lost in Redis", l)
	x.once(l)
}

// F-46: what passes to Redis, PostgreSQL and the exchanger comes in pieces, and
// connections are reset in the middle.
func TestF46Network(t *testing.T) {
	t.Parallel()
	redis, pg := services.OwnRedis(t, services.RedisOptions{}), services.OwnPostgres(t, services.PostgresOptions{})
	url, err := pg.CreateDatabase(t.Context(), "faults")
	if err != nil {
		t.Fatal(err)
	}
	toRedis, toPostgres := proxy.New(t, redis.Addr()), proxy.New(t, fmt.Sprintf("127.0.0.1:%d", pg.Port()))
	url = strings.Replace(url, fmt.Sprintf("127.0.0.1:%d", pg.Port()), toPostgres.Addr(), 1)
	f := newField(t, []string{"DATABASE_URL=" + url, "REDIS_URL=redis://" + toRedis.Addr() + "/0"})
	f.p.start()
	random := seeded(t)
	for _, fault := range []proxy.Fault{{Slice: 7}, {Reset: 40_000}, {Latency: 5 * time.Millisecond}} {
		toRedis.Set(fault)
		toPostgres.Set(fault)
		stop := f.load(50)
		for range rounds(3, 20) {
			time.Sleep(time.Duration(300+random.IntN(700)) * time.Millisecond)
			[]*proxy.Proxy{toRedis, toPostgres}[random.IntN(2)].Cut()
		}
		stop()
	}
	toRedis.Set(proxy.Fault{})
	toPostgres.Set(proxy.Fault{})
	f.judge("a bad network", f.settle(90*time.Second))
}
