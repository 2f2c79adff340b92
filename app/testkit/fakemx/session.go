package fakemx

import (
	"bufio"
	"crypto/tls"
	"errors"
	"net"
	"slices"
	"strings"
	"time"
)

// session talks to one client.
type session struct {
	*Server
	tcp  net.Conn
	conn net.Conn // tcp, or TLS over it
	br   *bufio.Reader
	msg  Message
	helo string
	tls  string // version, "" in the clear
}

var errEnd = errors.New("fakemx: the session is over")

func newSession(s *Server, conn net.Conn) *session {
	return &session{Server: s, tcp: conn, conn: conn, br: bufio.NewReaderSize(conn, 32<<10)}
}

// run ends with the session; why it ended is the script's or the client's affair.
func (x *session) run() {
	if x.o.Implicit && x.handshake() != nil {
		return
	}
	if _, err := x.act(Connect, "", "220 mx.test ESMTP"); err != nil {
		return
	}
	for {
		line, err := x.br.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		x.mu.Lock()
		x.commands = append(x.commands, line)
		if x.tls == "" {
			x.inClear = append(x.inClear, line)
		}
		x.mu.Unlock()
		if x.command(line) != nil {
			return
		}
	}
}

// act asks the script and answers with its reply or the usual one. text is what was
// said; an error ends the session.
func (x *session) act(phase Phase, arg, usual string) (text string, err error) {
	x.mu.Lock()
	script := x.o.Script
	x.mu.Unlock()
	var a Action
	if script != nil {
		a = script(phase, arg)
	}
	if a.Delay > 0 {
		x.pause(a.Delay)
	}
	text = a.text(usual)
	if phase == Dot && (a.Record || strings.HasPrefix(text, "2") && !a.Drop && !a.Reset) {
		x.record(x.msg)
	}
	switch {
	case a.Reset:
		if tcp, ok := x.tcp.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // close by reset
		}
		return "", errors.Join(errEnd, x.tcp.Close())
	case a.Drop:
		return "", errEnd
	case a.Drip > 0:
		err = x.drip(text, a.Drip)
	case text != "":
		_, err = x.conn.Write([]byte(text))
	}
	if err == nil && a.Close {
		err = errEnd
	}
	return text, err
}

// pause waits, but not longer than the server lives.
func (x *session) pause(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-x.done:
	}
}

func (x *session) drip(text string, every time.Duration) error {
	for i := range len(text) {
		if _, err := x.conn.Write([]byte(text[i : i+1])); err != nil {
			return err
		}
		x.pause(every)
	}
	return nil
}

// say is act where only the error matters.
func (x *session) say(phase Phase, arg, usual string) error {
	_, err := x.act(phase, arg, usual)
	return err
}

func (x *session) command(line string) error {
	verb, arg, _ := strings.Cut(line, " ")
	upper := strings.ToUpper(line)
	switch verb = strings.ToUpper(verb); {
	case verb == "EHLO":
		x.helo, x.msg = arg, Message{}
		return x.say(Ehlo, line, x.hello())
	case verb == "HELO":
		x.helo, x.msg = arg, Message{}
		return x.say(Ehlo, line, "250 mx.test")
	case verb == "STARTTLS":
		return x.startTLS(line)
	case verb == "AUTH":
		return x.auth(line)
	case strings.HasPrefix(upper, "MAIL FROM:"):
		if x.msg.From != "" {
			return x.write("503 5.5.1 a transaction is open")
		}
		text, err := x.act(Mail, line, "250 2.1.0 ok")
		if strings.HasPrefix(text, "2") {
			x.msg.From = line
		}
		return err
	case strings.HasPrefix(upper, "RCPT TO:"):
		return x.rcpt(line)
	case verb == "DATA":
		return x.data()
	case verb == "RSET":
		x.msg = Message{}
		return x.say(Rset, line, "250 2.0.0 ok")
	case verb == "NOOP":
		return x.write("250 2.0.0 ok")
	case verb == "QUIT":
		return errors.Join(x.write("221 2.0.0 bye"), errEnd)
	}
	return x.write("500 5.5.2 unknown")
}

func (x *session) write(text string) error {
	_, err := x.conn.Write([]byte(text + "\r\n"))
	return err
}

func (x *session) hello() string {
	if x.o.Bare {
		return "250 mx.test"
	}
	lines := append([]string{"mx.test", "PIPELINING", "8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES", "SIZE 52428800"}, x.o.Extra...)
	if x.o.TLS != nil && x.tls == "" {
		lines = append(lines, "STARTTLS")
	}
	lines = slices.DeleteFunc(lines, func(line string) bool {
		keyword, _, _ := strings.Cut(line, " ")
		return slices.Contains(x.o.Without, keyword)
	})
	return "250-" + strings.Join(lines[:len(lines)-1], "\r\n250-") + "\r\n250 " + lines[len(lines)-1]
}

func (x *session) startTLS(line string) error {
	text, err := x.act(StartTLS, line, "220 2.0.0 go")
	if err != nil || !strings.HasPrefix(text, "220") || x.o.TLS == nil {
		return err
	}
	if text, err = x.act(Handshake, "", ""); err != nil || text != "" {
		return err
	}
	return x.handshake()
}

func (x *session) handshake() error {
	conn := tls.Server(x.tcp, x.o.TLS)
	if err := conn.Handshake(); err != nil {
		return err
	}
	x.conn, x.br, x.helo, x.tls = conn, bufio.NewReaderSize(conn, 32<<10), "", tls.VersionName(conn.ConnectionState().Version)
	return nil
}

// auth takes any name and password, by PLAIN or LOGIN.
func (x *session) auth(line string) error {
	words := strings.Fields(strings.ToUpper(line))
	if len(words) == 2 && words[1] == "LOGIN" {
		for _, prompt := range []string{"334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"} {
			if err := x.write(prompt); err != nil {
				return err
			}
			if _, err := x.br.ReadString('\n'); err != nil {
				return err
			}
		}
	}
	return x.say(Auth, line, "235 2.7.0 ok")
}
