package postfix

import (
	"bufio"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
)

// passwords is a password service that speaks Dovecot's authentication protocol
// (https://doc.dovecot.org, "Authentication Protocol"), as much of it as Postfix
// uses. It knows one user and compares a string: no server has a cheaper AUTH.
type passwords struct {
	listener net.Listener
	want     string // initial response of SASL PLAIN, base64
	user     string

	group sync.WaitGroup
	mu    sync.Mutex
	open  map[net.Conn]struct{} // nil once closed
}

func startPasswords(path, username, password string) (*passwords, error) {
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("postfix: password service: %w", err)
	}
	if err := os.Chmod(path, 0o666); err != nil { //nolint:gosec // smtpd asks as the unprivileged owner
		return nil, errors.Join(fmt.Errorf("postfix: password service: %w", err), listener.Close())
	}
	p := &passwords{
		listener: listener, user: username, open: map[net.Conn]struct{}{},
		want: base64.StdEncoding.EncodeToString([]byte("\x00" + username + "\x00" + password)),
	}
	p.group.Go(p.accept)
	return p, nil
}

func (p *passwords) accept() {
	for {
		conn, err := p.listener.Accept()
		if err != nil {
			return // closed
		}
		p.mu.Lock()
		if p.open == nil {
			_ = conn.Close() // closing
		} else {
			p.open[conn] = struct{}{}
			p.group.Go(func() { p.serve(conn) })
		}
		p.mu.Unlock()
	}
}

// serve answers one smtpd until it leaves; a broken connection is its affair.
func (p *passwords) serve(conn net.Conn) {
	defer func() {
		p.mu.Lock()
		delete(p.open, conn)
		p.mu.Unlock()
		_ = conn.Close()
	}()
	const greeting = "VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\nCOOKIE\t0123456789abcdef0123456789abcdef\nDONE\n"
	if _, err := conn.Write([]byte(greeting)); err != nil {
		return
	}
	lines := bufio.NewScanner(conn)
	for lines.Scan() {
		answer := p.answer(strings.Split(lines.Text(), "\t"))
		if answer == "" {
			continue
		}
		if _, err := conn.Write([]byte(answer)); err != nil {
			return
		}
	}
}

// answer to AUTH <id> <mechanism> … resp=<base64>, and to CONT <id> <base64>.
func (p *passwords) answer(fields []string) string {
	if len(fields) < 3 || fields[0] != "AUTH" && fields[0] != "CONT" {
		return "" // VERSION and CPID need none
	}
	response, given := strings.CutPrefix(fields[len(fields)-1], "resp=")
	if fields[0] == "CONT" {
		given = true
	}
	switch {
	case !given:
		return "CONT\t" + fields[1] + "\t\n"
	case response == p.want:
		return "OK\t" + fields[1] + "\tuser=" + p.user + "\n"
	}
	return "FAIL\t" + fields[1] + "\tuser=" + p.user + "\n"
}

func (p *passwords) close() error {
	err := p.listener.Close()
	p.mu.Lock()
	for conn := range p.open {
		_ = conn.Close() // its goroutine notices
	}
	p.open = nil
	p.mu.Unlock()
	p.group.Wait()
	return err
}
