package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"smtpserver/app/bench/proc"
)

// perAddress is how many connections come from one address: the program's own limit
// holds, as it does for strangers.
const perAddress = 40

// measureConnections opens idle SMTP connections, first plain ones and then, in another
// process, ones inside TLS. Each has said EHLO.
func measureConnections(ctx context.Context, p *productSystem, n int, progress io.Writer) (all []figure, err error) {
	for _, sealed := range []bool{false, true} {
		figures, err := measureIdle(ctx, p, n, sealed, progress)
		if err != nil {
			return nil, err
		}
		all = append(all, figures...)
	}
	return all, nil
}

func measureIdle(ctx context.Context, p *productSystem, n int, sealed bool, progress io.Writer) (_ []figure, err error) {
	p.seed = Seed
	started, err := p.start(ctx, nextHop{relay: "127.0.0.2:9"}) // nothing is to be delivered
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, started.stop()) }()
	r, _ := started.(*runningProduct)
	addr, kind := r.submission.addr, "idle SMTP connections"
	if sealed {
		addr, kind = r.sealed, "idle SMTP connections inside TLS"
	}
	open := make([]net.Conn, 0, n)
	defer func() {
		for _, c := range open {
			_ = c.Close() // the server is about to be stopped
		}
	}()
	for i := range n {
		c, _, err := greet(ctx, addr, i, sealed)
		if err != nil {
			return nil, fmt.Errorf("connection %d: %w%s", i, err, started.log())
		}
		open = append(open, c)
		if (i+1)%2500 == 0 {
			fmt.Fprintf(progress, "%s: %d %s\n", p.name(), i+1, kind)
		}
	}
	memory := proc.Memory([]int{r.process.PID()})
	var slowest time.Duration
	for i := range 20 {
		c, took, err := greet(ctx, addr, n+i, sealed)
		if err != nil {
			return nil, fmt.Errorf("a new client beside them: %w", err)
		}
		open, slowest = append(open, c), max(slowest, took)
	}
	return []figure{
		memoryFigure(fmt.Sprintf("%d %s", n, kind), memory, connectionBound),
		{"greeting of a new client beside them, slowest of 20", fmt.Sprintf("%.1f ms", milliseconds(slowest)), "≤ 200 ms", slowest > greetingBound},
	}, nil
}

// greet connects from the address of client i, and returns when the server has greeted
// and answered EHLO. took is the time until its greeting.
func greet(ctx context.Context, addr string, i int, sealed bool) (_ net.Conn, took time.Duration, err error) {
	from := i / perAddress
	dialer := net.Dialer{Timeout: 10 * time.Second, LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 77, byte(from>>8), byte(from))}}
	began := time.Now()
	c, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, 0, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.Close())
		}
	}()
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		return nil, 0, err
	}
	if sealed {
		c = tls.Client(c, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12}) //nolint:gosec // our own server on loopback
	}
	lines := bufio.NewReaderSize(c, 512)
	if _, err := expectLine(lines, "220"); err != nil {
		return nil, 0, err
	}
	took = time.Since(began)
	if _, err := io.WriteString(c, "EHLO idle.bench.example\r\n"); err != nil {
		return nil, 0, err
	}
	for last := false; !last; {
		line, err := expectLine(lines, "250")
		if err != nil {
			return nil, 0, err
		}
		last = strings.HasPrefix(line, "250 ")
	}
	return c, took, c.SetDeadline(time.Time{})
}

func expectLine(r *bufio.Reader, code string) (string, error) {
	line, err := r.ReadString('\n')
	if err == nil && !strings.HasPrefix(line, code) {
		err = fmt.Errorf("the server says %q", strings.TrimSpace(line))
	}
	return line, err
}
