package smtpclient

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// transaction is one message on its way over a connection.
type transaction struct {
	*Conn
	m        *Message
	res      *Result
	from     string   // the paths as they are printed
	to       []string // for the recipients
	size     int
	utf8     bool
	answered bool // the server said something about this message
	refused  bool // as a whole, before DATA
}

// Send runs one mail transaction. When ctx ends, the connection is cut.
func (c *Conn) Send(ctx context.Context, m *Message) Result {
	c.transcript = newTranscript()
	t := &transaction{Conn: c, m: m, res: newResult(len(m.Recipients))}
	if t.res.Err = t.fits(); t.res.Err != nil {
		return *t.res
	}
	c.sent++
	t.run(ctx)
	if t.res.Err != nil && ctx.Err() != nil {
		t.res.Err = errors.Join(t.res.Err, ctx.Err())
	}
	return *t.res
}

func (t *transaction) run(ctx context.Context) {
	defer t.guard(ctx)()
	t.begin()
	defer t.end()
	if t.broken || t.spoke() {
		// Idle connections are closed with or without a 421. What that says is not
		// about this message.
		t.broken = true
		t.transcript.note("the server had closed the connection")
		t.res.Err = ErrStale
		return
	}
	t.timeout = t.timeouts.Command
	ready, err := t.envelope()
	if err == nil && ready {
		err = t.content()
	}
	if err == nil {
		return
	}
	if t.sent > 1 && !t.answered {
		err = errors.Join(ErrStale, err) // it closed while we were on our way
	}
	t.res.broken(err)
}

// fits checks the message against what the server offers, before anything is said.
func (t *transaction) fits() error {
	if err := t.parsePaths(); err != nil {
		return err
	}
	for _, piece := range t.m.Content {
		t.size += len(piece)
	}
	limit, err := strconv.ParseInt(strings.TrimSpace(t.extensions["SIZE"]), 10, 64)
	limited := err == nil && limit > 0
	_, takesUTF8 := t.extensions["SMTPUTF8"]
	_, takes8Bit := t.extensions["8BITMIME"]
	switch {
	case !clean(t.m.Content):
		return ErrUncleanOctets
	case limited && int64(t.size) > limit:
		return ErrTooBig // RFC 1870 §6.1; the server would say 552
	case t.utf8 && !takesUTF8:
		return ErrNeedsUTF8
	case t.m.EightBit && !takes8Bit:
		return ErrNeeds8Bit
	}
	return nil
}

func (t *transaction) parsePaths() (err error) {
	if t.m.From != "" {
		if t.from, err = Path(t.m.From); err != nil {
			return fmt.Errorf("%w: %w", ErrBadPath, err)
		}
	}
	t.utf8 = t.m.SMTPUTF8 || !isASCII(t.from)
	t.to = make([]string, len(t.m.Recipients))
	for i, r := range t.m.Recipients {
		if t.to[i], err = Path(r.Path); err != nil {
			return fmt.Errorf("%w: %w", ErrBadPath, err)
		}
		t.utf8 = t.utf8 || !isASCII(t.to[i])
	}
	return nil
}

func (t *transaction) mailLine() string {
	line := "MAIL FROM:<" + t.from + ">"
	if _, ok := t.extensions["SIZE"]; ok {
		line += " SIZE=" + strconv.Itoa(t.size)
	}
	if t.m.EightBit {
		line += " BODY=8BITMIME"
	}
	if t.utf8 {
		line += " SMTPUTF8"
	}
	if _, ok := t.extensions["DSN"]; ok {
		line += parameter(" RET=", t.m.Ret) + parameter(" ENVID=", t.m.EnvID)
	}
	return line
}

func (t *transaction) rcptLine(i int) string {
	line, r := "RCPT TO:<"+t.to[i]+">", t.m.Recipients[i]
	if _, ok := t.extensions["DSN"]; ok {
		line += parameter(" NOTIFY=", r.Notify) + parameter(" ORCPT=", r.ORCPT)
	}
	return line
}

// parameter prints an ESMTP parameter, or nothing when the value could be more than
// one (RFC 3461 §4: xtext is printable ASCII).
func parameter(name, value string) string {
	for i := range len(value) {
		if value[i] <= ' ' || value[i] > '~' {
			return ""
		}
	}
	if value == "" {
		return ""
	}
	return name + value
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
