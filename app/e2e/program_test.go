package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"smtpserver/app/testkit/services"
)

// binary is the program, built once for all tests of the package.
var binary string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "smtpserver-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	binary = filepath.Join(dir, "smtpserver")
	build := exec.Command("go", "build", "-o", binary, "smtpserver/app")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// engines are the two ways to run: embedded, and on PostgreSQL and Redis.
func engines(t *testing.T, fn func(t *testing.T, env []string)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) { fn(t, nil) })
	t.Run("scaled out", func(t *testing.T) {
		fn(t, []string{"DATABASE_URL=" + services.Postgres(t), "REDIS_URL=" + services.Redis(t)})
	})
}

// program is one running process of ours.
type program struct {
	t    testing.TB
	env  []string
	args []string
	cmd  *exec.Cmd
	log  *lockedBuffer
	wrap []string      // runs the binary: strace, a shell with limits
	done chan struct{} // closed when the process has ended
	err  error

	web, smtp, smtps, metrics, bounce, dataDir string
}

// newProgram reserves addresses and settings; Start runs it.
func newProgram(t testing.TB, env ...string) *program {
	t.Helper()
	addrs := freeAddrs(t, 5)
	p := &program{t: t, args: []string{"serve"}, web: addrs[0], smtp: addrs[1], smtps: addrs[2], metrics: addrs[3], bounce: addrs[4], dataDir: t.TempDir(), log: &lockedBuffer{}}
	p.env = append([]string{
		"PATH=" + os.Getenv("PATH"), "SMTPSERVER_WEB_ADDR=" + p.web, "SMTPSERVER_SMTP_ADDR=" + p.smtp, "SMTPSERVER_SMTPS_ADDR=" + p.smtps,
		"SMTPSERVER_METRICS_ADDR=" + p.metrics, "SMTPSERVER_BOUNCE_ADDR=" + p.bounce, "SMTPSERVER_PUBLIC_URL=http://" + p.web, "SMTPSERVER_DATA_DIR=" + p.dataDir,
		"SMTPSERVER_MAIL_HOSTNAME=mail.host.example", "SMTPSERVER_SMTP_SESSIONS_PER_IP=500",
	}, env...)
	p.cleanUp()
	return p
}

// lastPort is the port handed out last. They lie below the range of source ports, so
// that a program which was killed finds its own free, and none is handed out twice.
var lastPort atomic.Int32

const firstPort, ports = 10000, 5000

func freeAddrs(t testing.TB, n int) (addrs []string) {
	t.Helper()
	lastPort.CompareAndSwap(0, rand.Int32N(ports)+1)
	for range ports {
		addr := fmt.Sprintf("127.0.0.1:%d", firstPort+lastPort.Add(1)%ports)
		ln, err := net.Listen("tcp", addr)
		if err != nil {
			continue
		}
		defer func() { _ = ln.Close() }()
		if addrs = append(addrs, addr); len(addrs) == n {
			return addrs
		}
	}
	t.Fatal("no free ports")
	return nil
}

// command runs another command of the binary with the same settings.
func (p *program) command(args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Env = p.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (p *program) mustCommand(args ...string) string {
	p.t.Helper()
	out, err := p.command(args...)
	if err != nil {
		p.t.Fatalf("smtpserver %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// part is another process of the same installation that runs one part.
func (p *program) part(name string) *program {
	p.t.Helper()
	q := *p
	q.args, q.log, q.cmd, q.metrics = []string{name}, &lockedBuffer{}, nil, freeAddrs(p.t, 1)[0]
	q.env = append(slices.Clone(p.env), "SMTPSERVER_METRICS_ADDR="+q.metrics)
	q.cleanUp()
	return &q
}

// cleanUp ends the program with its test, and shows what it said if that failed.
func (p *program) cleanUp() {
	p.t.Cleanup(func() {
		p.kill()
		if p.t.Failed() {
			p.t.Logf("log of %s:\n%s", p.args[0], p.log)
		}
	})
}

// start runs the program and waits until it is ready.
func (p *program) start() {
	p.t.Helper()
	p.launch()
	p.await(30 * time.Second)
}

// launch runs the program.
func (p *program) launch() {
	p.t.Helper()
	argv := append(append(slices.Clone(p.wrap), binary), p.args...)
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env, cmd.Stdout, cmd.Stderr = p.env, p.log, p.log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	done := make(chan struct{})
	p.cmd, p.done = cmd, done
	go func() { p.err = cmd.Wait(); close(done) }()
}

// await waits until the program is ready.
func (p *program) await(timeout time.Duration) {
	p.t.Helper()
	deadline := time.Now().Add(timeout)
	for !p.ready() {
		select {
		case <-p.done:
			p.t.Fatalf("the program ended: %v\n%s", p.err, p.log)
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			p.t.Fatalf("not ready after %s\n%s", timeout, p.log)
		}
	}
}

// ready asks the program itself; a part without pages is ready when its metrics are,
// which come up last.
func (p *program) ready() bool {
	url := "http://" + p.web + "/readyz"
	if p.args[0] == "smtp" || p.args[0] == "worker" {
		url = "http://" + p.metrics + "/metrics"
	}
	resp, err := http.Get(url)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// kill is kill -9.
func (p *program) kill() {
	if p.cmd == nil {
		return
	}
	_ = p.cmd.Process.Kill()
	<-p.done
}

// stop is SIGTERM; it returns how long the program took and how it ended.
func (p *program) stop() (time.Duration, error) {
	p.t.Helper()
	began := time.Now()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return 0, err
	}
	select {
	case <-p.done:
		return time.Since(began), p.err
	case <-time.After(40 * time.Second):
		return time.Since(began), errors.New("still running")
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
