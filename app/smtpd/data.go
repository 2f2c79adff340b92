package smtpd

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"smtpserver/app/id"
	"smtpserver/app/mail/reply"
)

// data runs DATA: read strictly, store, answer.
func (x *session) data(arg string) error {
	switch {
	case strings.TrimSpace(arg) != "":
		return x.refuse(say(501, reply.Enhanced{5, 5, 4}, "DATA takes no parameters"))
	case x.env == nil:
		return x.refuse(say(503, reply.Enhanced{5, 5, 1}, "MAIL and RCPT first"))
	case len(x.env.Recipients) == 0:
		return x.refuse(say(554, reply.Enhanced{5, 5, 1}, "no valid recipients"))
	}
	if x.srv.buffered.Load() >= x.srv.o.MaxBuffered {
		return x.refuse(say(452, reply.Enhanced{4, 3, 1}, "too much mail at once, try again in a moment"))
	}
	if !x.setBusy(true) {
		return errEnd
	}
	defer x.setBusy(false)
	x.reply(say(354, reply.Enhanced{}, "end with <CRLF>.<CRLF>"))
	if err := x.flush(); err != nil {
		return err
	}
	env := x.env
	x.env, x.junk = nil, 0
	buf, _ := buffers.Get().(*bytes.Buffer)
	buf.Reset()
	defer keep(buf)
	in := &dataReader{br: x.br, limit: x.srv.o.MaxMessage, buf: buf, budget: x.srv, progress: x.progress()}
	defer in.release()
	if err := in.read(); err != nil {
		return x.dataFailed(err)
	}
	env.Received = now()
	return x.store(*env, buf.Bytes())
}

// dataFailed answers what was read and is not taken; what broke off gets no answer.
func (x *session) dataFailed(err error) error {
	var r *reply.Reply
	switch {
	case errors.Is(err, errTooMuch):
		x.srv.o.Metrics.Refused(552)
		x.reply(say(552, reply.Enhanced{5, 3, 4}, fmt.Sprintf("message larger than %d octets", x.srv.o.MaxMessage)))
		return errEnd // the rest is not worth reading
	case errors.As(err, &r):
		return x.refuse(r)
	}
	return err
}

// store hands the message over. Whatever comes after the deadline is a 451: a
// client that has given up waiting must not have its mail accepted behind its back.
func (x *session) store(env Envelope, content []byte) error {
	ctx, cancel := context.WithTimeout(context.Background(), x.srv.o.Timeouts.Store)
	defer cancel()
	var messageID id.ID
	err := x.sender.Valid(ctx)
	if err == nil {
		messageID, err = x.sender.Accept(ctx, env, content)
	}
	if err != nil {
		if ctx.Err() != nil {
			err = fmt.Errorf("smtpd: storing took too long: %w", ctx.Err())
		}
		return x.refuseOrEnd(err)
	}
	x.srv.o.Metrics.Accepted(len(content))
	x.reply(say(250, reply.Enhanced{2, 0, 0}, "queued as "+messageID.String()))
	return nil
}

// progress returns a function to call before each read of the body. It gives the
// client the window anew whenever the last one brought enough, so that a slow but
// steady upload passes and a trickle does not (F-44, K10).
func (x *session) progress() func(got int) error {
	window := x.srv.o.Timeouts.Window
	deadline := time.Now().Add(window)
	base := 0
	first := true
	return func(got int) error {
		now := time.Now()
		if !first && now.Before(deadline.Add(-window/2)) {
			return nil
		}
		if !first && got-base < int(window.Seconds()*minimumRate/2) {
			return nil // no new time earned; the deadline stands
		}
		first = false
		base, deadline = got, now.Add(window)
		x.mu.Lock()
		defer x.mu.Unlock()
		return x.conn.SetReadDeadline(deadline)
	}
}

// Faults of content. The message is read to its true end first, so that nothing in
// it is taken for a command.
var (
	errBareNewline = say(550, reply.Enhanced{5, 6, 0}, "the message has a bare CR, a bare LF or NUL; lines must end in CRLF")
	errLongLine    = say(550, reply.Enhanced{5, 6, 0}, "the message has a line longer than 998 octets")
	errTooMuch     = errors.New("smtpd: message too large")
)

const (
	maxDataLine = 998 // RFC 5321 §4.5.3.1.6, without CRLF
	overrun     = 1 << 20
)

// dataReader reads one message up to the line that holds only a dot.
type dataReader struct {
	br       *bufio.Reader
	buf      *bytes.Buffer
	limit    int64
	budget   *Server
	reserved int64
	progress func(got int) error

	total  int64
	lastCR bool  // the octet before the current slice was CR
	fault  error // why it will be refused
}

// read fills buf with the content, dots unstuffed.
func (d *dataReader) read() error {
	lineStart := true // the octets before were CRLF
	for {
		if err := d.progress(int(d.total)); err != nil {
			return err
		}
		line, err := d.br.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return err // the connection broke: nothing is stored (F-42)
		}
		d.total += int64(len(line))
		if lineStart && len(line) == 3 && line[0] == '.' && line[1] == '\r' {
			return d.finish()
		}
		whole := err == nil
		// RFC 5321 §4.1.1.4: the end is CRLF.CRLF. A line that ends in two CR and
		// an LF ends in CRLF all the same, so the next dot counts; the stray CR is refused (S-12).
		ends := whole && (len(line) >= 2 && line[len(line)-2] == '\r' || len(line) == 1 && d.lastCR)
		d.lastCR = line[len(line)-1] == '\r'
		d.inspect(line, whole, ends, lineStart)
		if err := d.keep(line, lineStart); err != nil {
			return err
		}
		lineStart = ends
	}
}

func (d *dataReader) inspect(line []byte, whole, ends, lineStart bool) {
	if d.fault != nil {
		return
	}
	body := line
	if ends {
		body = line[:max(len(line)-2, 0)]
	}
	switch {
	case whole && !ends, bytes.IndexByte(body, '\r') >= 0, bytes.IndexByte(body, 0) >= 0:
		d.fault = errBareNewline
	case !whole, !lineStart:
		// Longer than the buffer, or the rest of such a line.
		d.fault = errLongLine
	case len(body) > maxDataLine && (len(body) > maxDataLine+1 || body[0] != '.'):
		d.fault = errLongLine
	}
}

// keep stores a line unless the message is refused anyway.
func (d *dataReader) keep(line []byte, lineStart bool) error {
	if d.total > d.limit+overrun {
		return errTooMuch
	}
	if refused := d.fault != nil || d.total > d.limit+3; refused {
		return nil
	}
	if lineStart && line[0] == '.' {
		line = line[1:]
	}
	if grow := int64(d.buf.Len()+len(line)) - d.reserved; grow > 0 {
		const step = 64 << 10
		d.reserved += step
		d.budget.buffered.Add(step)
	}
	d.buf.Write(line)
	return nil
}

func (d *dataReader) finish() error {
	switch {
	case d.fault != nil:
		return d.fault
	case int64(d.buf.Len()) > d.limit || d.total > d.limit+3:
		return errTooMuch
	}
	return nil
}

func (d *dataReader) release() { d.budget.buffered.Add(-d.reserved) }

// buffers are reused; big ones are not kept.
var buffers = sync.Pool{New: func() any { return bytes.NewBuffer(make([]byte, 0, 64<<10)) }}

func keep(b *bytes.Buffer) {
	if b.Cap() <= 1<<20 {
		buffers.Put(b)
	}
}
