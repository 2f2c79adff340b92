package smtpclient

import (
	"bufio"
	"errors"
	"net"
	"time"

	"smtpserver/app/mail/tlspolicy"
)

// Conn is an open connection to a server, between messages. Not safe for concurrent use.
type Conn struct {
	tcp  net.Conn
	wire // over conn: tcp, or TLS over it
	br   *bufio.Reader
	bw   *bufio.Writer // taken while something is said

	host       string
	dialer     Dialer
	timeouts   Timeouts
	transcript *Transcript
	extensions map[string]string
	policy     tlspolicy.Requirement
	trial      *tlspolicy.Error // what a policy under test would have refused
	tls        TLSInfo
	broken     bool
	dirty      bool // a transaction was left open: RSET comes first
	sent       int
}

func newConn(tcp net.Conn, host string, d Dialer, tr *Transcript) *Conn {
	c := &Conn{tcp: tcp, br: bufio.NewReaderSize(tcp, 4<<10), host: host, dialer: d, timeouts: d.Timeouts.orStandard(), transcript: tr}
	c.wire = wire{tcp, c.timeouts.Command}
	return c
}

// fail marks the connection as broken by an error; nil stays nil.
func (c *Conn) fail(err error) error {
	if err == nil {
		return nil
	}
	c.broken = true
	return &BrokenError{err}
}

// Usable reports whether another message may go over this connection.
func (c *Conn) Usable() bool { return !c.broken }

// Sent is how many transactions began on this connection.
func (c *Conn) Sent() int { return c.sent }

// Host is the server's name as given to Dial.
func (c *Conn) Host() string { return c.host }

// Remote is the server's end of the connection.
func (c *Conn) Remote() string { return c.tcp.RemoteAddr().String() }

// Local is our end of the connection.
func (c *Conn) Local() string { return c.tcp.LocalAddr().String() }

// TLS words the encryption: version, cipher and what the certificate was worth.
func (c *Conn) TLS() string { return c.tls.String() }

// TLSInfo tells the encryption.
func (c *Conn) TLSInfo() TLSInfo { return c.tls }

// Extension reports whether the server offers an extension, and its parameters.
func (c *Conn) Extension(keyword string) (parameters string, ok bool) {
	parameters, ok = c.extensions[keyword]
	return parameters, ok
}

// Transcript returns what was said in the latest transaction.
func (c *Conn) Transcript() *Transcript { return c.transcript }

// Close says QUIT, without waiting for the answer, and closes. It is a courtesy, whose
// errors do not matter: the outcome of every message is settled before.
func (c *Conn) Close() {
	if c.broken {
		_ = c.tcp.Close()
		return
	}
	c.timeout = time.Second
	c.begin()
	if c.say("QUIT", "QUIT") == nil {
		_ = c.bw.Flush()
	}
	c.end()
	c.broken = true
	_ = c.conn.Close()
}

// Quit closes and waits a moment for the server to have closed as well (RFC 5321
// §4.1.1.10), so that a connection opened next is not one too many there.
func (c *Conn) Quit() {
	if c.broken {
		c.Close()
		return
	}
	c.timeout = time.Second
	c.begin()
	err := c.say("QUIT", "QUIT")
	if err == nil {
		err = c.bw.Flush()
	}
	c.end()
	if err == nil {
		if _, err = c.read(c.timeout); err == nil {
			_, _ = c.br.ReadByte() // its end; what else it says is not read
		}
	}
	c.broken = true
	_ = c.conn.Close()
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}
