package e2e

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"net"
	"net/smtp"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"smtpserver/app/testkit/services"
)

// straced runs the program under strace, which leaves it our own child (-D).
func (p *program) straced(args ...string) {
	p.t.Helper()
	p.wrap = append([]string{services.Program(p.t, "strace", "strace"), "-D", "-f", "-qq"}, args...)
}

// F-07: the N-th write or sync of the database fails, for N = 1, 2, 3 … Each time: no
// 250 that is lost, no 5xx, and the program is well again after a restart.
func TestF07FailAtN(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		calls, errno string
		from, step   int
	}{{"fsync,fdatasync", "EIO", 2, 3}, {"write,pwrite64", "ENOSPC", 10, 9}, {"write,pwrite64", "EIO", 14, 13}} {
		t.Run(c.calls+" "+c.errno, func(t *testing.T) {
			f := newField(t, nil)
			f.p.start() // makes keys and certificates: what follows is about the database
			f.send(t.Context(), 5, 0)
			f.p.kill()
			database := filepath.Join(f.p.dataDir, "smtpserver.db")
			for i := range rounds(2, 40) {
				n := c.from + i*c.step
				if long() {
					n = c.from + i*max(1, c.step/4)
				}
				f.p.straced("-o", "/dev/null", "-e", "trace="+c.calls, "-e", fmt.Sprintf("inject=%s:error=%s:when=%d", c.calls, c.errno, n),
					"-P", database, "-P", database+"-wal", "-P", database+"-shm")
				f.p.launch()
				if f.p.comesUp(20 * time.Second) { // a failure at start may end it: it then said why
					f.send(t.Context(), 10, 0)
				}
				f.p.kill()
				f.p.wrap = nil
				f.p.start()
				f.judge(fmt.Sprintf("%s, the %d. fails", c.errno, n), f.settle(60*time.Second))
				f.p.kill()
			}
		})
	}
}

// comesUp reports whether the program became ready; it may also have ended.
func (p *program) comesUp(timeout time.Duration) bool {
	for deadline := time.Now().Add(timeout); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		select {
		case <-p.done:
			return false
		default:
		}
		if p.ready() {
			return true
		}
	}
	return false
}

// synced is a sync that came to its end, as strace -ttt -T writes it.
var synced = regexp.MustCompile(`(\d+\.\d+) f(?:data)?sync\(\d+<([^>]*)>\) += 0 <(\d+\.\d+)>`)

// resumedSync ends a sync during which another thread was shown.
var resumedSync = regexp.MustCompile(`(\d+\.\d+) <\.\.\. f(?:data)?sync resumed>\) += 0 <(\d+\.\d+)>`)

// F-08: between the final dot of a message and its 250 there is a whole sync of the
// database's log, for every message.
func TestF08DurabilityOrder(t *testing.T) {
	t.Parallel()
	const messages = 100
	trace := func(t *testing.T) string { return filepath.Join(t.TempDir(), "trace") }
	flags := []string{"-ttt", "-T", "-y", "-e", "trace=fsync,fdatasync"}
	t.Run("sqlite", func(t *testing.T) {
		f, path := newField(t, nil), trace(t)
		f.p.straced(append(flags, "-o", path)...)
		f.p.start()
		expectSyncs(t, f.talk(messages), path, "smtpserver.db-wal")
	})
	t.Run("postgres", func(t *testing.T) {
		pg := services.OwnPostgres(t, services.PostgresOptions{})
		url, err := pg.CreateDatabase(t.Context(), "faults")
		if err != nil {
			t.Fatal(err)
		}
		f, path := newField(t, []string{"DATABASE_URL=" + url, "REDIS_URL=" + services.Redis(t)}), trace(t)
		// The postmaster is traced, and with it every backend that it starts from now on.
		cmd := exec.CommandContext(t.Context(), services.Program(t, "strace", "strace"), append(flags, "-f", "-qq", "-o", path, "-p", strconv.Itoa(pg.PID()))...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() {
			_ = cmd.Process.Signal(syscall.SIGINT) // it lets go of the postmaster
			_ = cmd.Wait()
		}()
		f.until("strace is attached", 20*time.Second, func() bool {
			status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pg.PID()))
			return err == nil && !strings.Contains(string(status), "TracerPid:\t0\n")
		})
		f.p.start()
		expectSyncs(t, f.talk(messages), path, "/pg_wal/")
	})
}

// span is the time between the final dot and the answer of one message.
type span struct{ from, to float64 }

// talk sends messages one after the other over one connection, as one client does that
// waits for each answer, and returns when each was in the program's hands.
func (f *field) talk(messages int) (spans []span) {
	f.t.Helper()
	c, err := smtp.Dial(f.p.smtp)
	f.try(err)
	defer func() { _ = c.Close() }()
	f.try(c.StartTLS(&tls.Config{InsecureSkipVerify: true}))
	host, _, _ := net.SplitHostPort(f.p.smtp)
	f.try(c.Auth(smtp.PlainAuth("", f.tenant.Username, f.tenant.Password, host)))
	for i := range messages {
		f.try(c.Mail(f.tenant.From))
		f.try(c.Rcpt(fmt.Sprintf("r%d@d0.bench.example", i)))
		w, err := c.Data()
		f.try(err)
		_, err = fmt.Fprintf(w, "From: %s\r\nSubject: sync\r\nX-Test-Id: sync-%d\r\n\r\nHello\r\n", f.tenant.From, i)
		f.try(err)
		began := time.Now()
		f.try(w.Close()) // the dot, and the answer
		spans = append(spans, span{seconds(began), seconds(time.Now())})
	}
	return spans
}

func seconds(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }

// expectSyncs fails for every span without a whole sync of the file.
func expectSyncs(t *testing.T, spans []span, path, file string) {
	t.Helper()
	trace, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = trace.Close() }()
	var syncs []span
	for lines := bufio.NewScanner(trace); lines.Scan(); {
		line := lines.Text()
		if m := synced.FindStringSubmatch(line); m != nil && strings.Contains(m[2], file) {
			begin := number(m[1])
			syncs = append(syncs, span{begin, begin + number(m[3])})
		} else if m := resumedSync.FindStringSubmatch(line); m != nil {
			end := number(m[1])
			syncs = append(syncs, span{end - number(m[2]), end}) // the time shown is that of the return or near it
		}
	}
	const clock = 2e-6 // both times are cut to a microsecond
	without := 0
	for _, s := range spans {
		found := false
		for _, y := range syncs {
			found = found || y.from >= s.from-clock && y.to <= s.to+clock
		}
		if !found {
			without++
		}
	}
	t.Logf("%d of %d answers were preceded by a sync of %s; %d syncs in all", len(spans)-without, len(spans), file, len(syncs))
	if without > 0 {
		t.Errorf("%d messages were answered with 250 before they were on disk", without)
	}
}

func number(text string) float64 {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0
	}
	return n
}

// F-23: the disk of the data folder fills up. Mail is answered 452 before it is full,
// what was taken is delivered, and all is well when there is room again.
func TestF23DiskFills(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64m"); err != nil {
		t.Skipf("no file system can be mounted here (%v): TestF23Guard and TestF23NoRoom show the guard", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	f := newField(t, []string{"SMTPSERVER_DATA_DIR=" + dir, "SMTPSERVER_MIN_FREE_DISK=16000000"})
	f.p.start()
	f.send(t.Context(), 20, 0)
	ballast := filepath.Join(dir, "ballast")
	f.try(os.WriteFile(ballast, make([]byte, 50_000_000), 0o600))
	refused := func(e int) bool { entries := f.entries(); return entries[len(entries)-1].Code == e }
	f.until("mail is answered 452", 60*time.Second, func() bool { f.send(t.Context(), 1, 0); return refused(452) })
	l := f.settle(60 * time.Second)
	f.judge("the disk is nearly full", l)
	f.try(os.Remove(ballast))
	f.until("mail is taken again", 60*time.Second, func() bool { f.send(t.Context(), 1, 0); return refused(250) })
	f.judge("there is room again", f.settle(60*time.Second))
}
