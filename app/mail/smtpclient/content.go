package smtpclient

import (
	"cmp"
	"fmt"
	"strconv"
)

// dotLine ends the content.
const dotLine = ".\r\n"

// content writes the message and the dot, and reads the verdict.
func (t *transaction) content() error {
	t.transcript.add('C', "("+strconv.Itoa(t.size)+" octets of message)")
	t.timeout = t.timeouts.DataBlock
	if err := t.fail(writeStuffed(t.bw, t.m.Content)); err != nil {
		return t.interrupted(err)
	}
	if t.spoke() {
		return t.interrupted(nil)
	}
	if t.m.BeforeDot != nil {
		if err := t.m.BeforeDot(); err != nil {
			t.res.Held = true
			t.broken = true // an unfinished DATA can only be left by closing
			return err
		}
	}
	t.transcript.add('C', ".")
	_, err := t.bw.WriteString(dotLine)
	if err == nil {
		err = t.bw.Flush()
	}
	// What could not be written is still in the buffer, the dot at its end.
	t.res.Dotted = err == nil || t.bw.Buffered() < len(dotLine)
	if err != nil {
		return t.interrupted(t.fail(err))
	}
	return t.verdict()
}

// interrupted is for a server that stopped listening, or spoke, before the end. If
// it gave a reason, that is its answer.
func (t *transaction) interrupted(cause error) error {
	t.broken = true
	r, err := t.lastWords()
	if err != nil {
		return cmp.Or(cause, err)
	}
	t.res.settle(r, PhaseData)
	return nil
}

func (t *transaction) verdict() error {
	r, err := t.read(t.timeouts.DataEnd)
	if err != nil {
		return err
	}
	if r.Code >= 300 && r.Code < 400 {
		t.broken = true
		return fmt.Errorf("%w: %d after the message", ErrOutOfStep, r.Code)
	}
	t.dirty = false // the transaction is over, well or ill (RFC 5321 §4.1.1.4)
	t.res.settle(r, PhaseDot)
	return nil
}
