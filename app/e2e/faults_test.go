package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"smtpserver/app/bench/load"
	"smtpserver/app/bench/sink"
	"smtpserver/app/testkit/services"
	"smtpserver/app/testkit/tenant"
)

// field is a fault test's ground: the program relaying to a recording sink, a
// client with a ledger, and the oracle that compares the three (reliability.md §3.1).
type field struct {
	t      *testing.T
	p      *program
	tenant tenant.Tenant
	sink   *sink.Server
	record string
	ledger string

	size    int                   // of a message
	domains []string              // that messages go to
	arrived func() map[string]int // copies at the far end, by the client's id
}

func newField(t *testing.T, env []string) *field {
	t.Helper()
	f := &field{t: t, record: filepath.Join(t.TempDir(), "record"), ledger: filepath.Join(t.TempDir(), "ledger"), domains: load.Targets(5)}
	f.arrived = f.recorded
	record, err := sink.OpenRecord(f.record)
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.3:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	if f.sink, err = sink.Start(sink.Options{Listeners: []sink.Listener{{Addr: addr}}, Record: record}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.sink.Close() })
	f.p = newProgram(t, append(env, "SMTPSERVER_DELIVERY=smarthost", "SMTPSERVER_SMARTHOST_URL=smtp://"+addr)...)
	f.p.mustCommand("migrate", "up")
	if f.tenant, err = tenant.Create(t.Context(), f.p.env, "faults.test"); err != nil {
		t.Fatal(err)
	}
	return f
}

// send offers messages until ctx ends or n are offered; every answer is in the ledger.
func (f *field) send(ctx context.Context, n int, rate float64) {
	f.t.Helper()
	ledger, err := load.OpenLedger(f.ledger, true)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() {
		if err := ledger.Close(); err != nil {
			f.t.Error(err)
		}
	}()
	_, err = load.Run(ctx, load.Config{
		Addr: f.p.smtp, TLS: load.StartTLS, Username: f.tenant.Username, Password: f.tenant.Password, From: f.tenant.From,
		Connections: 8, Messages: n, Rate: rate, Size: max(f.size, 4096), Domains: f.domains, Ledger: ledger, Timeout: 35 * time.Second,
	})
	if err != nil && ctx.Err() == nil {
		f.t.Fatal(err)
	}
}

type ledgerJSON struct {
	OK        bool `json:"ok"`
	Ambiguous int  `json:"ambiguous"`
	Accounts  []struct {
		Rows map[string]int `json:"rows"`
	} `json:"accounts"`
}

func (f *field) verify() (l ledgerJSON) {
	f.t.Helper()
	out := f.p.mustCommand("verify", "--json")
	if err := json.Unmarshal([]byte(out), &l); err != nil {
		f.t.Fatalf("%v: %s", err, out)
	}
	return l
}

// settle waits until nothing is queued any more.
func (f *field) settle(timeout time.Duration) ledgerJSON {
	f.t.Helper()
	deadline := time.Now().Add(timeout)
	for {
		l := f.verify()
		waiting := 0
		for _, a := range l.Accounts {
			waiting += a.Rows["queued"] + a.Rows["deferred"]
		}
		if waiting == 0 {
			return l
		}
		if time.Now().After(deadline) {
			f.t.Fatalf("STUCK: %d deliveries wait after %s", waiting, timeout)
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// judge compares what the client was promised, what arrived and what the program says.
func (f *field) judge(name string, l ledgerJSON) {
	f.t.Helper()
	entries, err := load.ReadLedger(f.ledger)
	if err != nil {
		f.t.Fatal(err)
	}
	copies, taken := f.arrived(), 0
	promised, lost, phantom, ourFault, extra := 0, 0, 0, 0, 0
	for _, e := range entries {
		switch {
		case e.Code == 250:
			promised++
			if copies[e.ID] == 0 {
				lost++
			}
		case e.Code >= 500:
			ourFault++
		case copies[e.ID] > 0:
			phantom++ // the client saw no answer: the connection was cut after the dot
		}
	}
	for _, n := range copies {
		extra += n - 1
		taken += n
	}
	f.t.Logf("%s: offered %d, promised %d, arrived %d | LOST %d, DUP %d (counted %d), PHANTOM %d, 5xx %d", name, len(entries), promised, taken, lost, extra, l.Ambiguous, phantom, ourFault)
	if lost > 0 || ourFault > 0 {
		f.t.Errorf("LOST %d, 5xx by our fault %d", lost, ourFault)
	}
	if extra > l.Ambiguous {
		f.t.Errorf("%d duplicates, and only %d of them are counted", extra, l.Ambiguous)
	}
	if !l.OK || promised == 0 {
		f.t.Errorf("verify: ok %v; promised %d", l.OK, promised)
	}
}

// recorded counts what the sink took.
func (f *field) recorded() map[string]int {
	f.t.Helper()
	taken, err := sink.ReadRecord(f.record)
	if err != nil {
		f.t.Fatal(err)
	}
	copies := map[string]int{}
	for _, x := range taken {
		copies[x.ID]++
	}
	return copies
}

// long reports whether this is `make faults`.
func long() bool { return os.Getenv(services.EnvFaults) == "long" }

// rounds is how often a fault is made: often enough to see it in `make test`, and
// several times as often in `make faults`.
func rounds(short, longForm int) int {
	if long() {
		return longForm
	}
	return short
}

// F-01, F-02, F-04: kill -9 of the whole program under load, again and again.
func TestF01KillNine(t *testing.T) {
	engines(t, func(t *testing.T, env []string) {
		f := newField(t, env)
		f.p.start()
		ctx, cancel := context.WithCancel(t.Context())
		sent := make(chan struct{})
		go func() { defer close(sent); f.send(ctx, 1_000_000, 400) }()
		for i := range rounds(20, 50) {
			time.Sleep(time.Duration(300+37*i) * time.Millisecond)
			f.p.kill()
			f.p.start()
		}
		time.Sleep(500 * time.Millisecond)
		cancel()
		<-sent
		f.judge(fmt.Sprintf("kill -9, %d times", rounds(20, 50)), f.settle(90*time.Second))
	})
}

// F-13, F-14: Redis killed and flushed; submission goes on, and everything arrives once.
func TestF13RedisKilledAndFlushed(t *testing.T) {
	redis := services.OwnRedis(t, services.RedisOptions{})
	f := newField(t, []string{"DATABASE_URL=" + services.Postgres(t), "REDIS_URL=" + redis.URL()})
	f.p.start()
	ctx, cancel := context.WithCancel(t.Context())
	sent := make(chan struct{})
	go func() { defer close(sent); f.send(ctx, 1_000_000, 200) }()
	for range rounds(5, 20) {
		time.Sleep(400 * time.Millisecond)
		if err := redis.Flush(t.Context()); err != nil {
			t.Error(err)
		}
		time.Sleep(400 * time.Millisecond)
		if err := redis.Kill(); err != nil {
			t.Error(err)
		}
		time.Sleep(400 * time.Millisecond)
		if err := redis.Start(t.Context()); err != nil {
			t.Error(err)
		}
	}
	cancel()
	<-sent
	l := f.settle(60 * time.Second)
	f.judge("Redis killed and flushed", l)
	if l.Ambiguous != 0 {
		t.Errorf("%d ambiguous deliveries, though no process of ours died (K4)", l.Ambiguous)
	}
}

// F-20: PostgreSQL restarted; clients get 451, never 5xx, and nothing is lost.
func TestF20PostgresRestarted(t *testing.T) {
	pg := services.OwnPostgres(t, services.PostgresOptions{})
	url, err := pg.CreateDatabase(t.Context(), "faults")
	if err != nil {
		t.Fatal(err)
	}
	f := newField(t, []string{"DATABASE_URL=" + url, "REDIS_URL=" + services.Redis(t)})
	f.p.start()
	ctx, cancel := context.WithCancel(t.Context())
	sent := make(chan struct{})
	go func() { defer close(sent); f.send(ctx, 1_000_000, 200) }()
	for i := range rounds(3, 10) {
		time.Sleep(700 * time.Millisecond)
		mode := services.Fast
		if i%2 == 1 {
			mode = services.Immediate
		}
		if err := pg.Restart(t.Context(), mode); err != nil {
			t.Error(err)
		}
	}
	time.Sleep(700 * time.Millisecond)
	cancel()
	<-sent
	f.judge("PostgreSQL restarted", f.settle(90*time.Second))
}

// F-05: SIGTERM under load: what was begun is finished, exit 0, no duplicate.
func TestF05Terminate(t *testing.T) {
	engines(t, func(t *testing.T, env []string) {
		f := newField(t, env)
		f.p.start()
		ctx, cancel := context.WithCancel(t.Context())
		sent := make(chan struct{})
		go func() { defer close(sent); f.send(ctx, 1_000_000, 400) }()
		for range rounds(3, 10) {
			time.Sleep(600 * time.Millisecond)
			took, err := f.p.stop()
			t.Logf("SIGTERM to exit: %s", took)
			if err != nil || took > 35*time.Second {
				t.Errorf("took %s, %v", took, err)
			}
			f.p.start()
		}
		cancel()
		<-sent
		l := f.settle(60 * time.Second)
		f.judge("SIGTERM under load", l)
		if l.Ambiguous != 0 {
			t.Errorf("%d ambiguous deliveries after gentle stops", l.Ambiguous)
		}
	})
}
