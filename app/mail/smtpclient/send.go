package smtpclient

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"smtpserver/app/mail/address"
	"smtpserver/app/mail/reply"
)

// Message is one message for one or more recipients.
type Message struct {
	From       string // reverse-path as it goes between the brackets; "" is null
	Recipients []Recipient
	Content    [][]byte // pieces of the message in order, CRLF lines
	SMTPUTF8   bool
	EightBit   bool
	Ret, EnvID string // RFC 3461
	BeforeDot  func() error
}

// Recipient is one forward-path.
type Recipient struct {
	Path          string // as it goes between the brackets
	Notify, ORCPT string // RFC 3461
}

// Result is what became of a message.
type Result struct {
	Replies []*reply.Reply // per recipient: the reply that decided; nil when none came
	Err     error          // why the conversation broke off; nil when it did not
	// Dotted: the final dot was written. With Err set, nobody knows whether the
	// server took the message.
	Dotted bool
	// Held: BeforeDot refused, and no dot was written.
	Held bool
}

// Errors about what a server cannot take.
var (
	ErrNeedsUTF8     = errors.New("smtpclient: the server lacks SMTPUTF8, which this address needs")
	ErrNeeds8Bit     = errors.New("smtpclient: the server lacks 8BITMIME, which this message needs")
	ErrTooBig        = errors.New("smtpclient: the message is larger than the server takes")
	ErrUncleanOctets = errors.New("smtpclient: the content has a bare CR, a bare LF or NUL")
)

// Send runs one mail transaction. When ctx ends, the connection is cut.
func (c *Conn) Send(ctx context.Context, m *Message) Result {
	c.transcript = newTranscript()
	c.sent++
	res := Result{Replies: make([]*reply.Reply, len(m.Recipients))}
	if res.Err = c.fits(m); res.Err != nil {
		return res
	}
	stop := context.AfterFunc(ctx, func() { _ = c.raw.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	ready, err := c.envelope(m, &res)
	if err != nil || !ready {
		res.Err = err
		return res
	}
	res.Err = c.content(m, &res)
	return res
}

// Transcript returns what was said in the latest transaction.
func (c *Conn) Transcript() *Transcript { return c.transcript }

// fits checks the message against what the server offers, before anything is said.
func (c *Conn) fits(m *Message) error {
	size := 0
	for _, piece := range m.Content {
		size += len(piece)
	}
	if !clean(m.Content) {
		return ErrUncleanOctets
	}
	limit, _ := strconv.Atoi(c.extensions["SIZE"])
	if limit > 0 && size > limit {
		return ErrTooBig // RFC 1870 §6.1; the server would say 552
	}
	if _, ok := c.extensions["SMTPUTF8"]; !ok && m.SMTPUTF8 {
		return ErrNeedsUTF8
	}
	if _, ok := c.extensions["8BITMIME"]; !ok && m.EightBit {
		return ErrNeeds8Bit
	}
	return nil
}

// envelope says MAIL, RCPT… and DATA. ready means the server waits for the content.
func (c *Conn) envelope(m *Message, res *Result) (ready bool, err error) {
	lines := append(make([]string, 0, len(m.Recipients)+2), c.mailLine(m))
	for _, r := range m.Recipients {
		lines = append(lines, c.rcptLine(r))
	}
	lines = append(lines, "DATA")
	if _, pipelining := c.extensions["PIPELINING"]; pipelining {
		return c.pipelined(lines, res)
	}
	return c.stepwise(lines, res)
}

func (c *Conn) mailLine(m *Message) string {
	line := "MAIL FROM:<" + m.From + ">"
	if _, ok := c.extensions["SIZE"]; ok {
		size := 0
		for _, piece := range m.Content {
			size += len(piece)
		}
		line += " SIZE=" + strconv.Itoa(size)
	}
	if m.EightBit {
		line += " BODY=8BITMIME"
	}
	if m.SMTPUTF8 {
		line += " SMTPUTF8"
	}
	if _, ok := c.extensions["DSN"]; ok {
		line += parameter(" RET=", m.Ret) + parameter(" ENVID=", m.EnvID)
	}
	return line
}

func (c *Conn) rcptLine(r Recipient) string {
	line := "RCPT TO:<" + r.Path + ">"
	if _, ok := c.extensions["DSN"]; ok {
		line += parameter(" NOTIFY=", r.Notify) + parameter(" ORCPT=", r.ORCPT)
	}
	return line
}

func parameter(name, value string) string {
	if value == "" || strings.ContainsAny(value, " \r\n") {
		return ""
	}
	return name + value
}

// pipelined writes all commands at once and reads the replies in order (RFC 2920 §3.1).
func (c *Conn) pipelined(lines []string, res *Result) (ready bool, err error) {
	for _, line := range lines {
		c.transcript.add('C', line)
		if _, err := c.bw.WriteString(line + "\r\n"); err != nil {
			return false, c.fail(err)
		}
	}
	if err := c.flush(c.dialer.Timeouts.Command); err != nil {
		return false, err
	}
	mail, err := c.read(c.dialer.Timeouts.Command)
	if err != nil {
		return false, err
	}
	accepted := 0
	for i := range res.Replies {
		r, err := c.read(c.dialer.Timeouts.Command)
		if err != nil {
			return false, err
		}
		if res.Replies[i] = r; r.Positive() {
			accepted++
		}
	}
	data, err := c.read(c.dialer.Timeouts.DataStart)
	if err != nil {
		return false, err
	}
	if !mail.Positive() {
		refuse(res, mail)
		accepted = 0
	}
	switch {
	case data.Code == 354 && accepted == 0:
		// A server that wants content for nobody gets an empty one (RFC 2920 §3.1).
		if _, err := c.bw.WriteString(".\r\n"); err != nil {
			return false, c.fail(err)
		}
		_, err := c.flushAndRead(c.dialer.Timeouts.DataEnd)
		return false, err
	case data.Code == 354:
		return true, nil
	}
	refuse(res, data)
	return false, c.reset()
}

// stepwise waits for each reply.
func (c *Conn) stepwise(lines []string, res *Result) (ready bool, err error) {
	mail, err := c.command(lines[0])
	if err != nil {
		return false, err
	}
	if !mail.Positive() {
		refuse(res, mail)
		return false, c.reset()
	}
	accepted := 0
	for i := range res.Replies {
		r, err := c.command(lines[i+1])
		if err != nil {
			return false, err
		}
		if res.Replies[i] = r; r.Positive() {
			accepted++
		}
	}
	if accepted == 0 {
		return false, c.reset()
	}
	data, err := c.command("DATA")
	if err != nil {
		return false, err
	}
	if data.Code != 354 {
		refuse(res, data)
		return false, c.reset()
	}
	return true, nil
}

// refuse gives the reply to every recipient that was not already refused by its own.
func refuse(res *Result, r *reply.Reply) {
	for i, own := range res.Replies {
		if own == nil || own.Positive() || r.Code == 421 {
			res.Replies[i] = r
		}
	}
}

// reset makes the connection ready for another transaction (RFC 5321 §4.1.1.5).
func (c *Conn) reset() error {
	if c.broken {
		return nil
	}
	r, err := c.command("RSET")
	if err == nil && !r.Positive() {
		c.broken = true
	}
	return nil // the outcome of the message is settled; a broken connection is only not reused
}

// content writes the message and the dot, and reads the verdict.
func (c *Conn) content(m *Message, res *Result) error {
	size := 0
	for _, piece := range m.Content {
		size += len(piece)
	}
	c.transcript.add('C', fmt.Sprintf("(%d octets of message)", size))
	if err := c.writeStuffed(m.Content); err != nil {
		return err
	}
	if m.BeforeDot != nil {
		if err := m.BeforeDot(); err != nil {
			res.Held = true
			c.broken = true // an unfinished DATA can only be left by closing
			return err
		}
	}
	res.Dotted = true
	c.transcript.add('C', ".")
	if _, err := c.bw.WriteString(".\r\n"); err != nil {
		return c.fail(err)
	}
	verdict, err := c.flushAndRead(c.dialer.Timeouts.DataEnd)
	if err != nil {
		return err
	}
	for i, own := range res.Replies {
		if own.Positive() {
			res.Replies[i] = verdict
		}
	}
	return nil
}

// Path prints a stored recipient for RCPT; what does not parse is refused, so that
// nothing in it can become a parameter (S-31).
func Path(stored string) (string, error) {
	m, err := address.Parse(stored)
	if err != nil {
		return "", err
	}
	return m.String(), nil
}
