package load

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"time"
)

// conn is one SMTP connection that is ready to send.
type conn struct {
	net.Conn
	reader     *bufio.Reader
	timeout    time.Duration
	pipelining bool
	startTLS   bool
	release    func() bool // of the hook that ends waiting when the load ends
}

// refusal is an answer that is not the hoped-for one.
type refusal struct {
	code int
	text string
}

func (r *refusal) Error() string { return fmt.Sprintf("%d %s", r.code, r.text) }

// dial connects, secures and authenticates.
func dial(ctx context.Context, c *Config) (_ *conn, err error) {
	dialer := net.Dialer{Timeout: c.Timeout}
	raw, err := dialer.DialContext(ctx, "tcp", c.Addr)
	if err != nil {
		return nil, err
	}
	k := &conn{Conn: raw, reader: bufio.NewReader(raw), timeout: c.Timeout}
	// Ending a load must not wait for an answer that never comes.
	k.release = context.AfterFunc(ctx, func() { _ = raw.Close() })
	defer func() {
		if err != nil {
			k.release()
			_ = raw.Close() // err says what went wrong
		}
	}()
	if c.TLS == Implicit {
		k.secure(c.TLSConfig)
	}
	if _, err := k.expect(220); err != nil {
		return nil, err
	}
	if err := k.hello(c.Hello); err != nil {
		return nil, err
	}
	if c.TLS == StartTLS {
		if err := k.upgrade(c); err != nil {
			return nil, err
		}
	}
	if c.NoPipelining {
		k.pipelining = false
	}
	return k, k.authenticate(c.Username, c.Password)
}

func (k *conn) secure(config *tls.Config) {
	k.Conn = tls.Client(k.Conn, config)
	k.reader = bufio.NewReader(k.Conn)
}

func (k *conn) upgrade(c *Config) error {
	if !k.startTLS {
		return errors.New("load: the server offers no STARTTLS")
	}
	if err := k.command("STARTTLS\r\n", 220); err != nil {
		return err
	}
	k.secure(c.TLSConfig)
	return k.hello(c.Hello) // RFC 3207 §4.2: what was offered before is forgotten
}

func (k *conn) hello(name string) error {
	if err := k.send([]byte("EHLO " + name + "\r\n")); err != nil {
		return err
	}
	k.pipelining, k.startTLS = false, false
	for {
		line, code, last, err := k.line()
		if err != nil {
			return err
		}
		if code != 250 {
			return &refusal{code, string(line)}
		}
		k.pipelining = k.pipelining || bytes.EqualFold(line, []byte("PIPELINING"))
		k.startTLS = k.startTLS || bytes.EqualFold(line, []byte("STARTTLS"))
		if last {
			return nil
		}
	}
}

func (k *conn) authenticate(username, password string) error {
	if username == "" {
		return nil
	}
	plain := base64.StdEncoding.EncodeToString([]byte("\x00" + username + "\x00" + password))
	return k.command("AUTH PLAIN "+plain+"\r\n", 235)
}

func (k *conn) command(line string, want int) error {
	if err := k.send([]byte(line)); err != nil {
		return err
	}
	_, err := k.expect(want)
	return err
}

func (k *conn) send(b []byte) error {
	if err := k.SetWriteDeadline(time.Now().Add(k.timeout)); err != nil {
		return err
	}
	_, err := k.Write(b)
	return err
}

// expect reads an answer; another code than want is a *refusal. The text is
// that of the last line and is valid until the next read.
func (k *conn) expect(want int) ([]byte, error) {
	code, text, err := k.answer()
	if err != nil {
		return nil, err
	}
	if code != want {
		return nil, &refusal{code, string(text)}
	}
	return text, nil
}

// answer reads a whole answer, of one line or many.
func (k *conn) answer() (int, []byte, error) {
	for {
		text, code, last, err := k.line()
		if err != nil || last {
			return code, text, err
		}
	}
}

var errAnswer = errors.New("load: the answer is not SMTP")

// line reads one line of an answer, in place.
func (k *conn) line() (text []byte, code int, last bool, err error) {
	if err := k.SetReadDeadline(time.Now().Add(k.timeout)); err != nil {
		return nil, 0, false, err
	}
	line, err := k.reader.ReadSlice('\n')
	if err != nil {
		return nil, 0, false, err
	}
	line = bytes.TrimRight(line, "\r\n")
	if len(line) < 3 {
		return nil, 0, false, errAnswer
	}
	for _, digit := range line[:3] {
		if digit < '0' || digit > '9' {
			return nil, 0, false, errAnswer
		}
		code = code*10 + int(digit-'0')
	}
	if len(line) == 3 {
		return nil, code, true, nil
	}
	return line[4:], code, line[3] != '-', nil
}
