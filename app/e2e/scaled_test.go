package e2e

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"smtpserver/app/bench/sink"
	"smtpserver/app/testkit/balance"
	"smtpserver/app/testkit/fakedns"
	"smtpserver/app/testkit/services"
	"smtpserver/app/testkit/tenant"
)

// layout is how many processes of each part compose.yaml starts: TestComposeStartsTheLayout.
var layout = map[string]int{"web": 2, "smtp": 2, "worker": 3}

// proxyHost is the address that the proxy connects from.
const proxyHost = "127.0.0.10"

// installation is the layout on one machine: each process a host of its own, with a proxy
// before the pages and one before the SMTP doors, and exchangers on five hosts.
type installation struct {
	*field
	parts []*program // in the order of restarts
	pages *balance.Balancer
	doors *balance.Balancer
}

func newInstallation(t *testing.T) *installation {
	t.Helper()
	x := &installation{field: &field{t: t, record: filepath.Join(t.TempDir(), "record"), ledger: filepath.Join(t.TempDir(), "ledger")}}
	x.arrived = x.recorded
	redis, pg := services.OwnRedis(t, services.RedisOptions{}), services.OwnPostgres(t, services.PostgresOptions{})
	database, err := pg.CreateDatabase(t.Context(), "scaled")
	x.try(err)
	dns, port := x.exchange()
	x.p = newProgram(t, "DATABASE_URL="+database, "REDIS_URL="+redis.URL(), "SMTPSERVER_SECRET_KEY="+strings.Repeat("k", 40),
		"SMTPSERVER_DELIVERY=mx", "SMTPSERVER_DNS_SERVER="+dns, "SMTPSERVER_MX_PORT="+port, "SMTPSERVER_ALLOW_PRIVATE_DESTINATIONS=true",
		"SMTPSERVER_TRUSTED_PROXIES="+proxyHost, "SMTPSERVER_SMTP_PROXIES="+proxyHost, "SMTPSERVER_DRAIN=1s")
	x.p.mustCommand("migrate", "up")
	x.tenant, err = tenant.Create(t.Context(), x.p.env, "faults.test")
	x.try(err)
	for _, part := range []string{"web", "smtp", "worker"} {
		for i := range layout[part] {
			x.parts = append(x.parts, x.host(part, i))
		}
	}
	x.proxies()
	for _, p := range x.parts {
		p.start()
	}
	x.until("the proxies know them", 20*time.Second, func() bool {
		return !slices.ContainsFunc(x.parts, func(p *program) bool { return !x.served(p) })
	})
	return x
}

// exchange starts the far end: a recording sink on five hosts for ten domains.
func (x *installation) exchange() (dns, port string) {
	x.t.Helper()
	record, err := sink.OpenRecord(x.record)
	x.try(err)
	_, port, _ = strings.Cut(freeAddrs(x.t, 1)[0], ":")
	var hosts []sink.Listener
	var zone strings.Builder
	for i := range 10 {
		at := fmt.Sprintf("127.0.0.%d", 41+i%5)
		if i < 5 {
			hosts = append(hosts, sink.Listener{Addr: at + ":" + port})
		}
		x.domains = append(x.domains, fmt.Sprintf("d%d.example", i))
		fmt.Fprintf(&zone, "d%d.example. MX 10 mx.d%d.example.\nmx.d%d.example. A %s\n", i, i, i, at)
	}
	x.sink, err = sink.Start(sink.Options{Listeners: hosts, Record: record})
	x.try(err)
	x.t.Cleanup(func() { _ = x.sink.Close() })
	return fakedns.New(x.t, zone.String()).Addr(), port
}

// host is a process with addresses of its own.
func (x *installation) host(part string, i int) *program {
	x.t.Helper()
	p := x.p.part(part)
	at := map[string]string{"web": "127.0.0.1", "smtp": "127.0.0.2", "worker": "127.0.0.3"}[part] + strconv.Itoa(1+i)
	addrs := freeAddrs(x.t, 5)
	for k := range addrs {
		addrs[k] = strings.Replace(addrs[k], "127.0.0.1", at, 1)
	}
	p.web, p.smtp, p.smtps, p.bounce, p.metrics = addrs[0], addrs[1], addrs[2], addrs[3], addrs[4]
	p.env = append(p.env, "SMTPSERVER_WEB_ADDR="+p.web, "SMTPSERVER_SMTP_ADDR="+p.smtp, "SMTPSERVER_SMTPS_ADDR="+p.smtps,
		"SMTPSERVER_BOUNCE_ADDR="+p.bounce, "SMTPSERVER_METRICS_ADDR="+p.metrics)
	return p
}

func (p *program) name() string { return p.args[0] + " at " + p.metrics }

// proxies stand where clients connect.
func (x *installation) proxies() {
	x.t.Helper()
	pages := balance.Options{Addr: x.p.web, From: proxyHost, Every: 200 * time.Millisecond}
	doors := balance.Options{Addr: x.p.smtp, From: proxyHost, Every: 200 * time.Millisecond, Announce: true}
	for _, p := range x.parts {
		switch p.args[0] {
		case "web":
			pages.Backends = append(pages.Backends, balance.Backend{Name: p.name(), Addr: p.web, Ready: "http://" + p.web + "/readyz"})
		case "smtp":
			doors.Backends = append(doors.Backends, balance.Backend{Name: p.name(), Addr: p.smtp})
		}
	}
	if path := os.Getenv("TEST_HAPROXY"); path != "" {
		x.haproxy(path)
		return
	}
	var err error
	x.pages, err = balance.HTTP(pages)
	x.try(err)
	x.doors, err = balance.TCP(doors)
	x.try(err)
	x.t.Cleanup(func() {
		if err := errors.Join(x.pages.Close(), x.doors.Close()); err != nil {
			x.t.Error(err)
		}
	})
}

// served reports whether a process gets work again.
func (x *installation) served(p *program) bool {
	switch {
	case x.pages == nil: // HAProxy is not asked: it looks every half second
		time.Sleep(1500 * time.Millisecond)
	case p.args[0] == "web":
		return x.pages.Healthy(p.name())
	case p.args[0] == "smtp":
		return x.doors.Healthy(p.name())
	}
	return p.ready()
}

// passed tells what the proxies did.
func (x *installation) passed() string {
	if x.pages == nil {
		return "through HAProxy"
	}
	requests, again := x.pages.Passed()
	connections, elsewhere := x.doors.Passed()
	return fmt.Sprintf("%d of %d requests and %d of %d SMTP connections went to another process than the first", again, requests, elsewhere, connections)
}

// haproxy stands there instead of our own proxies, with the configuration that is shipped;
// only the names of hosts are other ones.
func (x *installation) haproxy(path string) {
	x.t.Helper()
	shipped, err := os.ReadFile(filepath.Join("..", "cli", "print", "haproxy.cfg"))
	x.try(err)
	text := strings.NewReplacer("bind :8080", "bind "+x.p.web, "bind :2525", "bind "+x.p.smtp, "bind :2465", "bind "+x.p.smtps, "bind :2526", "bind "+x.p.bounce,
		"init-addr none resolvers docker", "source "+proxyHost).Replace(string(shipped))
	for _, door := range []struct {
		template string
		part     string
		addr     func(*program) string
	}{
		{"server-template web 8 web:8080", "web", func(p *program) string { return p.web }},
		{"server-template smtp 8 smtp:2525", "smtp", func(p *program) string { return p.smtp }},
		{"server-template smtp 8 smtp:2465", "smtp", func(p *program) string { return p.smtps }},
		{"server-template smtp 8 smtp:2526", "smtp", func(p *program) string { return p.bounce }},
	} {
		before, rest, found := strings.Cut(text, door.template)
		words, after, _ := strings.Cut(rest, "\n")
		if !found {
			x.t.Fatalf("the shipped configuration has no %q", door.template)
		}
		for i, p := range x.parts {
			if p.args[0] == door.part {
				before += fmt.Sprintf("server s%d %s%s\n    ", i, door.addr(p), words)
			}
		}
		text = before + "\n" + after
	}
	file := filepath.Join(x.t.TempDir(), "haproxy.cfg")
	x.try(os.WriteFile(file, []byte(text), 0o600))
	cmd := exec.Command(path, "-f", file)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	log := &lockedBuffer{}
	cmd.Stdout, cmd.Stderr = log, log
	x.try(cmd.Start())
	x.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if x.t.Failed() {
			x.t.Logf("HAProxy says:\n%s", log)
		}
	})
}

// F-05, F-01: every process of the layout is restarted, one after the other, while pages are
// visited and mail comes in: nothing is lost or stuck, and no page fails. Workers are killed
// at times. TEST_MINUTES=10 is the long form: `make scale`.
func TestSoakScaledOut(t *testing.T) {
	t.Parallel()
	x := newInstallation(t)
	visits := x.visit(3)
	stop := x.load(60)
	var restarts, kills int
	random := seeded(t)
	began := time.Now()
	for round := 0; round < rounds(2, 4) || time.Since(began) < minutes(t); round++ {
		for _, p := range x.parts {
			if p.args[0] == "worker" && random.IntN(3) == 0 {
				p.kill()
				kills++
			} else if took, err := p.stop(); err != nil || took > 35*time.Second {
				t.Errorf("%s: the stop took %s, %v", p.name(), took, err)
			}
			p.launch()
			p.await(60 * time.Second)
			x.until(p.name()+" has work again", 20*time.Second, func() bool { return x.served(p) })
			restarts++
		}
	}
	stop()
	seen := visits()
	l := x.settle(2 * time.Minute)
	title := fmt.Sprintf("%s, %d restarts (%d of them kill -9)", time.Since(began).Round(time.Second), restarts, kills)
	x.judge(title, l)
	x.answered()
	if kills == 0 {
		x.once(l)
	}
	services.Report(t, "The layout of compose.yaml under rolling restarts: "+title, fmt.Sprintf(
		"%d page visits of %d pages, %d forms sent, %d failed; %s\n%d messages offered, %d arrived, %d counted as doubtful",
		seen.visits, seen.paths, seen.forms, len(seen.failed), x.passed(), len(x.entries()), len(x.arrived()), l.Ambiguous))
	x.judgeVisits(seen)
	var strangers int
	if x.query(&strangers, "SELECT COUNT(*) FROM messages WHERE client_ip <> '127.0.0.1'"); strangers > 0 {
		t.Errorf("%d messages seem to come from the proxy instead of its client", strangers)
	}
}

// answered fails when a message was taken and its client not told, but for those that the
// test itself cut off at its end: a gentle stop finishes what it began.
func (x *installation) answered() {
	x.t.Helper()
	entries, copies := x.entries(), x.arrived()
	if len(entries) == 0 {
		return // judge says so
	}
	last := entries[len(entries)-1].End
	for _, e := range entries {
		if e.Code == 0 && copies[e.ID] > 0 && last.Sub(e.End) > time.Second {
			x.t.Errorf("%s was taken at %s, and its client not told", e.ID, e.End.Format(time.StampMilli))
		}
	}
}

// minutes is how long the test is to last at least.
func minutes(t *testing.T) time.Duration {
	t.Helper()
	value := os.Getenv("TEST_MINUTES")
	if value == "" {
		return 0
	}
	n, err := strconv.Atoi(value)
	if err != nil {
		t.Fatalf("TEST_MINUTES: %v", err)
	}
	return time.Duration(n) * time.Minute
}

// visited is what became of page visits.
type visited struct {
	visits, forms, paths int
	added                int // contacts that forms put in
	failed               []string
}

func (x *installation) judgeVisits(seen visited) {
	x.t.Helper()
	for _, f := range seen.failed[:min(len(seen.failed), 20)] {
		x.t.Error(f)
	}
	var stored int
	x.query(&stored, "SELECT COUNT(*) FROM contacts WHERE address LIKE 'visitor%'")
	if stored != seen.added || seen.added == 0 {
		x.t.Errorf("%d contacts are stored, and %d were added", stored, seen.added)
	}
	if seen.paths < 40 {
		x.t.Errorf("only %d pages were visited", seen.paths)
	}
}

var visitors atomic.Int32 // numbers them
