package smtpclient

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"smtpserver/app/mail/reply"
)

// block is how much is written under one deadline (RFC 5321 §4.5.3.2.5).
const block = 64 << 10

// buffers serves all connections: thousands may wait for a slow server, and those
// need no room for writing.
var buffers = sync.Pool{New: func() any { return bufio.NewWriterSize(nil, 32<<10) }}

// wire writes with a deadline for each block.
type wire struct {
	conn    net.Conn
	timeout time.Duration
}

// Write implements io.Writer.
func (w *wire) Write(p []byte) (written int, err error) {
	for len(p) > 0 && err == nil {
		if err = w.conn.SetWriteDeadline(time.Now().Add(w.timeout)); err != nil {
			break
		}
		var n int
		n, err = w.conn.Write(p[:min(len(p), block)])
		written += n
		p = p[n:]
	}
	return written, err
}

// guard cuts the connection when ctx ends, wherever it stands. Call release before
// the connection is used for anything else.
func (c *Conn) guard(ctx context.Context) (release func()) {
	stop := context.AfterFunc(ctx, func() { _ = c.tcp.Close() })
	return func() {
		if !stop() {
			c.broken = true
		}
	}
}

// say puts a command line into the write buffer. text is what the transcript shows.
func (c *Conn) say(line, text string) error {
	c.transcript.add('C', text)
	if _, err := c.bw.WriteString(line); err != nil {
		return c.fail(err)
	}
	_, err := c.bw.WriteString("\r\n")
	return c.fail(err)
}

// command says one line and waits for its reply.
func (c *Conn) command(line string) (*reply.Reply, error) {
	return c.secretCommand(line, line)
}

// secretCommand is command for lines that the transcript must not show.
func (c *Conn) secretCommand(line, text string) (*reply.Reply, error) {
	c.begin()
	defer c.end()
	if err := c.say(line, text); err != nil {
		return nil, err
	}
	if err := c.fail(c.bw.Flush()); err != nil {
		return nil, err
	}
	return c.read(c.timeouts.Command)
}

// begin takes a write buffer for a while; end gives it back, whatever it holds.
func (c *Conn) begin() {
	bw, ok := buffers.Get().(*bufio.Writer)
	if !ok {
		panic("smtpclient: the pool holds buffers only")
	}
	bw.Reset(&c.wire)
	c.bw = bw
}

func (c *Conn) end() {
	c.bw.Reset(nil)
	buffers.Put(c.bw)
	c.bw = nil
}

// read waits for one reply; a server that drips octets has the same time for it as
// one that sends it whole (F-36).
func (c *Conn) read(timeout time.Duration) (*reply.Reply, error) {
	if err := c.conn.SetReadDeadline(time.Now().Add(timeout)); err != nil {
		return nil, c.fail(err)
	}
	r, err := reply.Read(c.br)
	if err != nil {
		c.transcript.note(plain(err))
		return nil, c.fail(err)
	}
	c.transcript.reply(r)
	if r.Code == 421 {
		c.broken = true // the server is about to close (RFC 5321 §3.8)
	}
	return r, nil
}

// lastWords reads the refusal of a server that disliked the content and stopped
// listening. Anything else it says at this point is no answer.
func (c *Conn) lastWords() (*reply.Reply, error) {
	r, err := c.read(min(c.timeouts.Command, 5*time.Second))
	if err == nil && r.Code < 400 {
		err = fmt.Errorf("%w: %d within the message", ErrOutOfStep, r.Code)
	}
	return r, err
}

// spoke reports whether the server said something, or closed, without being asked.
// A new TLS session ticket is neither.
func (c *Conn) spoke() bool {
	if c.br.Buffered() > 0 {
		return true
	}
	if !pending(c.tcp) {
		return false
	}
	if c.conn.SetReadDeadline(time.Now().Add(time.Millisecond)) != nil {
		return true
	}
	_, err := c.br.Peek(1)
	return !isTimeout(err)
}
