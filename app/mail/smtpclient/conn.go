package smtpclient

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"smtpserver/app/mail/reply"
)

// Conn is an open connection to a server, between messages. Not safe for concurrent use.
type Conn struct {
	raw        net.Conn
	br         *bufio.Reader
	bw         *bufio.Writer
	host       string
	dialer     *Dialer
	transcript *Transcript
	extensions map[string]string
	tlsText    string
	broken     bool
	sent       int // transactions begun on this connection
}

// ErrTLS is in the chain when encryption failed, so that the caller may decide to
// come again in the clear.
var ErrTLS = errors.New("smtpclient: TLS failed")

// RefusedError is a reply that ended the opening of a connection.
type RefusedError struct{ Reply *reply.Reply }

// Error implements error.
func (e *RefusedError) Error() string { return e.Reply.Error() }

func newConn(raw net.Conn, host string, d *Dialer, tr *Transcript) *Conn {
	return &Conn{raw: raw, br: bufio.NewReaderSize(raw, 4<<10), bw: bufio.NewWriterSize(raw, 32<<10), host: host, dialer: d, transcript: tr}
}

// open reads the greeting and agrees on extensions and encryption.
func (c *Conn) open(mode TLSMode) error {
	if mode == Implicit {
		if err := c.handshake(true); err != nil {
			return err
		}
	}
	greeting, err := c.read(c.dialer.Timeouts.Greeting)
	if err != nil {
		return err
	}
	if greeting.Code != 220 {
		return &RefusedError{greeting}
	}
	if err := c.hello(); err != nil {
		return err
	}
	_, offered := c.extensions["STARTTLS"]
	switch {
	case mode == Required && !offered:
		return fmt.Errorf("%w: the server offers no STARTTLS", ErrTLS)
	case mode == Opportunistic && offered, mode == Required:
		return c.startTLS(mode == Required)
	}
	if c.tlsText == "" {
		c.tlsText = "none"
	}
	return nil
}

// hello says EHLO, and HELO to servers that know only that (RFC 5321 §3.2).
func (c *Conn) hello() error {
	c.extensions = map[string]string{}
	r, err := c.command("EHLO " + c.dialer.Name)
	if err != nil {
		return err
	}
	if r.Code == 500 || r.Code == 502 {
		if r, err = c.command("HELO " + c.dialer.Name); err != nil {
			return err
		}
		if r.Code != 250 {
			return &RefusedError{r}
		}
		return nil
	}
	if r.Code != 250 {
		return &RefusedError{r}
	}
	for _, line := range r.Lines[1:] {
		name, params, _ := strings.Cut(line, " ")
		c.extensions[strings.ToUpper(name)] = params
	}
	return nil
}

func (c *Conn) startTLS(verify bool) error {
	r, err := c.command("STARTTLS")
	if err != nil {
		return err
	}
	if r.Code != 220 {
		return fmt.Errorf("%w: STARTTLS answered %s", ErrTLS, r)
	}
	if c.br.Buffered() > 0 {
		// Text sent behind the 220 in the clear is an injection (RFC 3207 §6).
		return fmt.Errorf("%w: the server spoke before the handshake", ErrTLS)
	}
	if err := c.handshake(verify); err != nil {
		return err
	}
	return c.hello() // forget what was offered in the clear
}

// handshake encrypts. The certificate is judged in any case and the verdict kept.
func (c *Conn) handshake(verify bool) error {
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: c.host, InsecureSkipVerify: !verify} //nolint:gosec // opportunistic TLS takes any certificate (RFC 7435)
	if c.dialer.TLS != nil {
		config.RootCAs = c.dialer.TLS.RootCAs
	}
	if err := c.raw.SetDeadline(time.Now().Add(c.dialer.Timeouts.Command)); err != nil {
		return fmt.Errorf("smtpclient: %w", err)
	}
	conn := tls.Client(c.raw, config)
	if err := conn.Handshake(); err != nil {
		c.transcript.note("TLS failed: " + plain(err))
		return fmt.Errorf("%w: %w", ErrTLS, err)
	}
	state := conn.ConnectionState()
	verdict := "certificate not valid for this host"
	if verify || certificateValid(state, c.host, config) {
		verdict = "certificate valid"
	}
	c.tlsText = tls.VersionName(state.Version) + " " + tls.CipherSuiteName(state.CipherSuite) + ", " + verdict
	c.transcript.note(c.tlsText)
	c.raw = conn
	c.br.Reset(conn)
	c.bw.Reset(conn)
	return nil
}

// Auth signs in with PLAIN, or LOGIN where only that is offered, and only under TLS.
func (c *Conn) Auth(username, password string) error {
	if c.tlsText == "none" {
		return errors.New("smtpclient: no password is sent without TLS")
	}
	mechanisms := " " + strings.ToUpper(c.extensions["AUTH"]) + " "
	steps := []string{"AUTH PLAIN " + encode("\x00"+username+"\x00"+password)}
	if !strings.Contains(mechanisms, " PLAIN ") && strings.Contains(mechanisms, " LOGIN ") {
		steps = []string{"AUTH LOGIN", encode(username), encode(password)}
	}
	var r *reply.Reply
	for _, step := range steps {
		c.transcript.add('C', maskAuth(step))
		if _, err := c.bw.WriteString(step + "\r\n"); err != nil {
			return c.fail(err)
		}
		var err error
		if r, err = c.flushAndRead(c.dialer.Timeouts.Command); err != nil {
			return err
		}
		if !r.Positive() {
			return &RefusedError{r}
		}
	}
	if r.Code != 235 {
		return &RefusedError{r}
	}
	return nil
}

func encode(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func maskAuth(step string) string {
	if words := strings.Fields(step); len(words) > 1 && words[0] == "AUTH" {
		return "AUTH " + words[1] + " ***"
	}
	return "***"
}

func (c *Conn) command(line string) (*reply.Reply, error) {
	c.transcript.add('C', line)
	if _, err := c.bw.WriteString(line + "\r\n"); err != nil {
		return nil, c.fail(err)
	}
	return c.flushAndRead(c.dialer.Timeouts.Command)
}

func (c *Conn) flushAndRead(timeout time.Duration) (*reply.Reply, error) {
	if err := c.flush(timeout); err != nil {
		return nil, err
	}
	return c.read(timeout)
}

func (c *Conn) flush(timeout time.Duration) error {
	if err := c.raw.SetWriteDeadline(time.Now().Add(timeout)); err != nil {
		return c.fail(err)
	}
	return c.fail(c.bw.Flush())
}

func (c *Conn) read(timeout time.Duration) (*reply.Reply, error) {
	if err := c.raw.SetReadDeadline(time.Now().Add(timeout)); err != nil {
		return nil, c.fail(err)
	}
	r, err := reply.Read(c.br)
	if err != nil {
		if errors.Is(err, io.EOF) {
			c.transcript.note("the server closed the connection")
		} else {
			c.transcript.note(plain(err))
		}
		return nil, c.fail(err)
	}
	c.logReply(r)
	if r.Code == 421 {
		c.broken = true // the server is about to close (RFC 5321 §3.8)
	}
	return r, nil
}

func (c *Conn) logReply(r *reply.Reply) {
	enhanced := r.Enhanced.String()
	if enhanced != "" {
		enhanced += " "
	}
	for i, line := range r.Lines {
		sep := "-"
		if i == len(r.Lines)-1 {
			sep = " "
		}
		c.transcript.add('S', strconv.Itoa(r.Code)+sep+enhanced+line)
	}
}

func (c *Conn) fail(err error) error {
	if err != nil {
		c.broken = true
	}
	return err
}

// Usable reports whether another message may go over this connection.
func (c *Conn) Usable() bool { return !c.broken }

// Sent is how many transactions began on this connection.
func (c *Conn) Sent() int { return c.sent }

// Host is the server's name as given to Dial.
func (c *Conn) Host() string { return c.host }

// Remote and Local are the ends of the connection.
func (c *Conn) Remote() string { return c.raw.RemoteAddr().String() }

// Local is our end of the connection.
func (c *Conn) Local() string { return c.raw.LocalAddr().String() }

// TLS words the encryption: version, cipher and what the certificate was worth.
func (c *Conn) TLS() string { return c.tlsText }

// Close says QUIT, without waiting for the answer, and closes.
func (c *Conn) Close() {
	if !c.broken {
		_, _ = c.bw.WriteString("QUIT\r\n") // a courtesy: the outcome is settled either way
		_ = c.flush(time.Second)
	}
	_ = c.raw.Close()
}
