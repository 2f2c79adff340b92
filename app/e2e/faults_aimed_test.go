package e2e

import (
	"testing"
	"time"

	"smtpserver/app/testkit/fakedns"
	"smtpserver/app/testkit/fakemx"
	"smtpserver/app/testkit/services"
)

// inFlight is how many deliveries a kill meets.
const inFlight = 10

// F-02: a worker is killed while ten deliveries are in one phase. Before the final dot
// nothing arrives twice; after it at most one copy more each, and each is counted. A
// crash spends no attempt, and what was begun is begun again within a minute.
func TestF02AimedKills(t *testing.T) {
	t.Parallel()
	phases := []fakemx.Phase{"DNS", fakemx.Handshake, fakemx.Rcpt, fakemx.Content, fakemx.Dot}
	if long() {
		phases = append(phases, fakemx.Connect, fakemx.Ehlo, fakemx.StartTLS, fakemx.Mail, fakemx.Data)
	}
	t.Run("worker", func(t *testing.T) {
		x := newExchangers(t, []string{"DATABASE_URL=" + services.Postgres(t), "REDIS_URL=" + services.Redis(t)}, inFlight)
		x.apart()
		x.killInEach(phases, rounds(1, 3))
	})
	t.Run("whole program", func(t *testing.T) {
		newExchangers(t, nil, inFlight).killInEach([]fakemx.Phase{fakemx.Mail, fakemx.Dot}, rounds(1, 5))
	})
}

func (x *exchangers) killInEach(phases []fakemx.Phase, times int) {
	x.t.Helper()
	x.start()
	afterDot := 0
	for range times {
		for _, phase := range phases {
			x.killIn(phase)
			if phase == fakemx.Dot {
				afterDot += inFlight
			}
			l := x.settle(60 * time.Second)
			x.judge("killed in "+string(phase), l)
			twice := 0
			for _, n := range x.arrived() {
				twice += n - 1
			}
			if twice > afterDot || l.Ambiguous > afterDot {
				x.t.Errorf("%s: %d arrived twice and %d were counted as doubtful, of %d that were past their dot", phase, twice, l.Ambiguous, afterDot)
			}
		}
	}
	x.attemptsSpent()
}

// killIn sends messages, waits until all are in the phase, kills the worker and starts
// it again. A worker of its own begins afresh, without connections that wait.
func (x *exchangers) killIn(phase fakemx.Phase) {
	x.t.Helper()
	n := inFlight
	x.size = 4096
	if phase == fakemx.Content {
		// More than sockets hold, so that the dot is not yet written when the first line is read.
		n, x.size = 3, 12<<20
	}
	if x.worker != x.smtp {
		x.worker.kill()
	}
	var lift, wait func()
	if phase == "DNS" {
		asked := len(x.dns.Queries())
		x.dnsAnswers(fakedns.Silence)
		lift = func() { x.dnsAnswers(0) }
		wait = func() {
			x.until("the worker asks DNS", 30*time.Second, func() bool { return len(x.dns.Queries()) > asked })
		}
	} else {
		b := x.block(phase)
		lift, wait = b.lift, func() { b.wait(x.t, n) }
	}
	x.mail(n)
	if x.worker != x.smtp {
		x.worker.start()
	}
	wait()
	x.worker.kill()
	lift()
	x.worker.start()
}

// dnsAnswers makes every domain's questions fail by a code; 0 heals them.
func (x *exchangers) dnsAnswers(code int) {
	for _, d := range x.domains {
		x.dns.Fail(d, code)
	}
}

// until waits for something to become true.
func (f *field) until(what string, timeout time.Duration, is func() bool) {
	f.t.Helper()
	for deadline := time.Now().Add(timeout); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			f.t.Fatalf("not within %s: %s", timeout, what)
		}
	}
}

// attemptsSpent fails when a delivery that no server ever refused has had more than one attempt.
func (x *exchangers) attemptsSpent() {
	x.t.Helper()
	var most int
	x.query(&most, "SELECT max(attempts) FROM deliveries")
	if most > 1 {
		x.t.Errorf("a crash spent an attempt: %d attempts at a server that never refused", most)
	}
}

// F-04: everything is killed, the database and the queue too, and comes back in any order.
func TestF04AllKilled(t *testing.T) {
	t.Parallel()
	pg, redis := services.OwnPostgres(t, services.PostgresOptions{}), services.OwnRedis(t, services.RedisOptions{})
	url, err := pg.CreateDatabase(t.Context(), "faults")
	if err != nil {
		t.Fatal(err)
	}
	f := newField(t, []string{"DATABASE_URL=" + url, "REDIS_URL=" + redis.URL()})
	web, smtp, worker := f.p.part("web"), f.p.part("smtp"), f.p.part("worker")
	for _, p := range []*program{web, smtp, worker} {
		p.start()
	}
	random := seeded(t)
	for range rounds(2, 10) {
		stop := f.load(100)
		time.Sleep(time.Second)
		for _, p := range []*program{web, smtp, worker} {
			p.kill()
		}
		if err := redis.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := pg.Kill(); err != nil {
			t.Fatal(err)
		}
		steps := []func(){
			web.launch, smtp.launch, worker.launch,
			func() { f.try(redis.Start(t.Context())) }, func() { f.try(pg.Start(t.Context())) },
		}
		began := time.Now()
		for _, i := range random.Perm(len(steps)) {
			steps[i]()
			time.Sleep(time.Duration(random.IntN(500)) * time.Millisecond)
		}
		for _, p := range []*program{web, smtp, worker} {
			p.await(60 * time.Second)
		}
		t.Logf("healthy after %s", time.Since(began).Round(time.Millisecond))
		stop()
	}
	f.judge("all killed", f.settle(90*time.Second))
}

// F-06: a worker stands still for longer than its lease, in the middle of a delivery,
// while another takes over. When it wakes it neither sends nor writes.
func TestF06PausedWorker(t *testing.T) {
	if !long() {
		t.Skip("a lease lives 45 s, so this is in `make faults` only; TestF06LateWorkerWritesNothing shows the fence at once")
	}
	t.Parallel()
	x := newExchangers(t, []string{"DATABASE_URL=" + services.Postgres(t), "REDIS_URL=" + services.Redis(t)}, inFlight)
	x.apart()
	x.start()
	b := x.block(fakemx.Data)
	x.mail(inFlight)
	b.wait(t, inFlight)
	x.worker.pause()
	b.lift()
	other := x.p.part("worker")
	other.start()
	l := x.settle(2 * time.Minute)
	x.worker.resume()
	time.Sleep(5 * time.Second) // the time it would need to do harm
	x.judge("paused worker", l)
	for id, n := range x.arrived() {
		if n != 1 {
			t.Errorf("%s arrived %d times, though no dot was written before the pause", id, n)
		}
	}
}
