package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"smtpserver/app/testkit/proxy"
	"smtpserver/app/testkit/services"
)

// A random fault every few seconds under load, and at the end nothing is lost. Short
// here; `make faults` goes on for ten minutes, TEST_SEED repeats a run's chance.
func TestSoak(t *testing.T) {
	t.Parallel()
	redis, pg := services.OwnRedis(t, services.RedisOptions{}), services.OwnPostgres(t, services.PostgresOptions{})
	url, err := pg.CreateDatabase(t.Context(), "faults")
	if err != nil {
		t.Fatal(err)
	}
	direct := fmt.Sprintf("127.0.0.1:%d", pg.Port())
	toRedis, toPostgres := proxy.New(t, redis.Addr()), proxy.New(t, direct)
	f := newField(t, []string{"DATABASE_URL=" + strings.Replace(url, direct, toPostgres.Addr(), 1), "REDIS_URL=redis://" + toRedis.Addr() + "/0"})
	smtp, worker := f.p.part("smtp"), f.p.part("worker")
	smtp.start()
	worker.start()
	random := seeded(t)
	rest := func() { time.Sleep(time.Duration(200+random.IntN(2000)) * time.Millisecond) }
	bad := func(p *proxy.Proxy, fault proxy.Fault) {
		p.Set(fault)
		rest()
		p.Set(proxy.Fault{})
	}
	again := func(p *program) { p.launch(); p.await(60 * time.Second) }
	faults := []struct {
		name string
		make func()
	}{
		{"kill -9 worker", func() { worker.kill(); again(worker) }},
		{"kill -9 smtp", func() { smtp.kill(); again(smtp) }},
		{"stop worker", func() { _, err := worker.stop(); f.try(err); again(worker) }},
		{"pause worker", func() { worker.pause(); rest(); worker.resume() }},
		{"flush redis", func() { f.try(redis.Flush(t.Context())) }},
		{"kill redis", func() { f.try(redis.Kill()); rest(); f.try(redis.Start(t.Context())) }},
		{"restart postgres", func() { f.try(pg.Restart(t.Context(), services.Fast)) }},
		{"crash postgres", func() { f.try(pg.Kill()); f.try(pg.Start(t.Context())) }},
		{"silent redis", func() { bad(toRedis, proxy.Fault{Silent: true}) }},
		{"silent postgres", func() { bad(toPostgres, proxy.Fault{Silent: true}) }},
		{"slow postgres", func() { bad(toPostgres, proxy.Fault{Latency: 20 * time.Millisecond}) }},
		{"resets", func() { toPostgres.Cut(); toRedis.Cut() }},
	}
	stop := f.load(50)
	made := map[string]int{}
	for end := time.Now().Add(time.Duration(rounds(15, 600)) * time.Second); time.Now().Before(end); rest() {
		fault := faults[random.IntN(len(faults))]
		fault.make()
		made[fault.name]++
	}
	stop()
	f.judge(fmt.Sprintf("soak %v", made), f.settle(2*time.Minute))
}
