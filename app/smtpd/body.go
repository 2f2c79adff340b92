package smtpd

import (
	"bytes"
	"sync"

	"smtpserver/app/mail/reply"
)

// Faults of content. The message is read to its true end first, so that nothing in
// it is taken for a command.
var (
	errBareNewline = say(550, reply.Enhanced{5, 6, 0}, "the message has a bare CR, a bare LF or NUL; lines must end in CRLF")
	errLongLine    = say(550, reply.Enhanced{5, 6, 0}, "the message has a line longer than 998 octets")
	errCrowded     = say(452, reply.Enhanced{4, 3, 1}, "too much mail at once, try again in a moment")
)

const (
	maxDataLine = 998      // RFC 5321 §4.5.3.1.6, without CRLF and the stuffed dot
	overrun     = 1 << 20  // octets read beyond the limit in the hope for the end
	maxPooled   = 64 << 10 // larger buffers are left to the collector
	maxDeclared = 1 << 20  // a declared size is believed up to here: memory is paid for with octets
)

// body takes the octets of one message up to the line that holds only a dot. It
// looks at them in runs of whole lines: newlines are found and counted by the
// machine's wide instructions, and nothing is copied but from run to run.
type body struct {
	limit  int64   // octets of content
	budget *budget // pays for buf
	buf    []byte  // the content, dots unstuffed

	total   int64 // octets of content, kept or not
	midLine bool  // the octets before were no whole line
	inBare  bool  // the octets before ended in LF alone
	refusal *reply.Reply
}

// lines takes whole lines, or a part that ends in LF of a line whose start came
// before. It returns how many octets it used; done means that they hold the end.
func (b *body) lines(run []byte) (used int, done bool) {
	kept, crs := 0, 0 // run[kept:pos] is to be stored; CRLFs in it
	pos := 0
	for pos < len(run) {
		n := bytes.IndexByte(run[pos:], '\n') + 1
		line := run[pos : pos+n]
		first := !b.midLine && !b.inBare
		whole := n >= 2 && line[n-2] == '\r'
		if first && line[0] == '.' {
			if n == 3 && whole {
				b.keep(run[kept:pos], crs)
				return pos + n, true
			}
			b.keep(run[kept:pos], crs)
			kept, crs = pos+1, 0 // RFC 5321 §4.5.2
			line = line[1:]
		}
		switch {
		case !whole:
			b.refuse(errBareNewline)
		case b.midLine, len(line) > maxDataLine+2:
			b.refuse(errLongLine)
		default:
			crs++
		}
		b.midLine, b.inBare = false, !whole
		pos += n
	}
	b.keep(run[kept:pos], crs)
	return pos, false
}

// part takes octets without LF that are more than any line may have.
func (b *body) part(run []byte) {
	b.refuse(errLongLine)
	b.total += int64(len(run))
	b.midLine = true
}

// refuse remembers the first fault and lets go of the content.
func (b *body) refuse(r *reply.Reply) {
	if b.refusal == nil {
		b.refusal = r
	}
}

// keep stores a run that has so many lines that end in CRLF.
func (b *body) keep(run []byte, crlfs int) {
	b.total += int64(len(run))
	if b.refusal != nil || len(run) == 0 {
		return
	}
	switch {
	case bytes.Count(run, cr) != crlfs, bytes.IndexByte(run, 0) >= 0:
		b.refuse(errBareNewline)
	case b.total > b.limit:
		b.refuse(tooLarge(b.limit))
	case !b.grow(len(run)):
		b.refuse(errCrowded)
	default:
		b.buf = append(b.buf, run...)
	}
}

var cr = []byte{'\r'}

// endless reports that it is no use to wait for the end.
func (b *body) endless() bool { return b.total > b.limit+overrun }

// grow makes room for n octets, if the budget has it.
func (b *body) grow(n int) bool {
	need := len(b.buf) + n
	if need <= cap(b.buf) {
		return true
	}
	size := min(max(2*cap(b.buf), need), max(int(b.limit), need))
	if !b.budget.take(size - cap(b.buf)) {
		return false
	}
	larger := make([]byte, len(b.buf), size)
	copy(larger, b.buf)
	b.buf = larger
	return true
}

// start gets a buffer for a message of the declared size, 0 if none was declared.
// It reports false when the budget is spent.
func (b *body) start(declared int64) bool {
	buf, _ := buffers.Get().(*[]byte)
	b.buf = (*buf)[:0]
	if !b.budget.take(cap(b.buf)) {
		b.buf = nil
		buffers.Put(buf)
		return false
	}
	b.grow(int(min(declared, maxDeclared))) // no is no harm yet
	return true
}

// release gives the buffer back; the content is gone then.
func (b *body) release() {
	b.budget.give(cap(b.buf))
	if buf := b.buf; cap(buf) > 0 && cap(buf) <= maxPooled {
		buffers.Put(&buf)
	}
	b.buf = nil
}

var buffers = sync.Pool{New: func() any { buf := make([]byte, 0, 32<<10); return &buf }}
