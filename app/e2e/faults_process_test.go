package e2e

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/smtp"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"

	"smtpserver/app/bench/proc"
	"smtpserver/app/testkit/fakemx"
)

// F-05: SIGTERM while clients are in the middle of DATA, deliveries are under way and
// many connections are idle. What was begun and goes on is finished, what stands still
// is cut in time, exit 0 within 35 s, nothing arrives twice.
func TestF05SlowClients(t *testing.T) {
	t.Parallel()
	x := newExchangers(t, nil, inFlight)
	x.start()
	b := x.block(fakemx.Data)
	x.mail(inFlight)
	b.wait(t, inFlight)
	idle := make([]net.Conn, 0, 10_000)
	for range rounds(200, 400) {
		c, err := net.Dial("tcp", x.p.smtp)
		x.try(err)
		idle = append(idle, c)
	}
	finish := make(chan struct{})
	var clients sync.WaitGroup
	answers := make(chan error, 100)
	for i := range rounds(20, 100) {
		w := x.begin(i)
		clients.Go(func() {
			<-finish
			answers <- w.Close()
		})
	}
	ended := make(chan time.Duration, 1)
	go func() {
		took, err := x.p.stop()
		if err != nil {
			t.Error(err)
		}
		ended <- took
	}()
	x.until("the doors close", 10*time.Second, func() bool {
		c, err := net.Dial("tcp", x.p.smtp)
		if err == nil {
			_ = c.Close()
		}
		return err != nil
	})
	close(finish)
	b.lift()
	clients.Wait()
	close(answers)
	for err := range answers {
		if err != nil {
			t.Errorf("a begun DATA was not finished: %v", err)
		}
	}
	took := <-ended
	t.Logf("SIGTERM to exit with %d idle connections, %d messages in DATA and %d deliveries in flight: %s", len(idle), rounds(20, 100), inFlight, took)
	if took > 35*time.Second {
		t.Errorf("took %s", took)
	}
	for _, c := range idle {
		_ = c.Close()
	}
	x.start()
	l := x.settle(60 * time.Second)
	x.judge("SIGTERM", l)
	x.once(l)
}

// begin opens a session and sends a message but for its last dot.
func (f *field) begin(i int) io.WriteCloser {
	f.t.Helper()
	c, err := smtp.Dial(f.p.smtp)
	f.try(err)
	f.t.Cleanup(func() { _ = c.Close() })
	f.try(c.StartTLS(&tls.Config{InsecureSkipVerify: true}))
	host, _, _ := net.SplitHostPort(f.p.smtp)
	f.try(c.Auth(smtp.PlainAuth("", f.tenant.Username, f.tenant.Password, host)))
	f.try(c.Mail(f.tenant.From))
	f.try(c.Rcpt(fmt.Sprintf("slow%d@%s", i, f.domains[0])))
	w, err := c.Data()
	f.try(err)
	_, err = fmt.Fprintf(w, "From: %s\r\nSubject: slow\r\nX-Test-Id: slow-%d\r\n\r\nHello\r\n", f.tenant.From, i)
	f.try(err)
	return w
}

// F-24: whatever reads the log has stopped reading, or is gone. Mail goes on.
func TestF24LogBlocked(t *testing.T) {
	t.Parallel()
	for _, gone := range []bool{false, true} {
		t.Run(fmt.Sprintf("gone %v", gone), func(t *testing.T) {
			f := newField(t, []string{"SMTPSERVER_LOG_LEVEL=debug"})
			read, write, err := os.Pipe()
			f.try(err)
			if gone {
				f.try(read.Close())
			}
			cmd := exec.Command(binary, "serve")
			cmd.Env, cmd.Stdout, cmd.Stderr = f.p.env, write, write
			cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
			f.try(cmd.Start())
			f.p.cmd, f.p.done = cmd, make(chan struct{})
			go func() { f.p.err = cmd.Wait(); close(f.p.done) }()
			if !gone { // fill what the system holds, so that the next line waits
				fd := int(write.Fd()) // each call of Fd makes it blocking again
				f.try(syscall.SetNonblock(fd, true))
				for n := 1; n > 0; {
					n, _ = syscall.Write(fd, make([]byte, 4096))
				}
				f.try(syscall.SetNonblock(fd, false))
			}
			f.try(write.Close())
			f.p.await(30 * time.Second)
			f.send(t.Context(), 50, 0)
			l := f.settle(60 * time.Second)
			f.judge("nobody reads the log", l)
			f.once(l)
			if took, err := f.p.stop(); err != nil || took > 35*time.Second {
				t.Errorf("the stop took %s, %v", took, err)
			}
			if !gone {
				f.try(read.Close())
			}
		})
	}
}

// F-24: descriptors run out. Connections wait, the processor does not spin, and when
// some are free again everything goes on.
func TestF24FewDescriptors(t *testing.T) {
	t.Parallel()
	f := newField(t, nil)
	f.p.wrap = []string{"/bin/sh", "-c", `ulimit -n 96; exec "$0" "$@"`}
	f.p.start()
	var held []net.Conn
	for range 150 {
		c, err := net.Dial("tcp", f.p.smtp)
		f.try(err)
		held = append(held, c)
	}
	for range 10 { // pages are asked for meanwhile
		c, err := net.Dial("tcp", f.p.web)
		f.try(err)
		held = append(held, c)
	}
	before := proc.CPU([]int{f.p.cmd.Process.Pid})
	time.Sleep(3 * time.Second)
	if spent := proc.CPU([]int{f.p.cmd.Process.Pid}) - before; spent > 600*time.Millisecond {
		t.Errorf("%s of processor time in 3 s without work", spent)
	}
	for _, c := range held {
		_ = c.Close()
	}
	f.until("pages come again", 30*time.Second, func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+f.p.web+"/readyz", nil)
		f.try(err)
		resp, err := http.DefaultClient.Do(request)
		if err != nil {
			return false
		}
		_ = resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
	f.until("mail is taken again", 30*time.Second, func() bool {
		f.send(t.Context(), 1, 0)
		entries := f.entries()
		return entries[len(entries)-1].Code == 250
	})
	f.judge("few descriptors", f.settle(60*time.Second))
}
