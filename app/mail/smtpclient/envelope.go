package smtpclient

import (
	"fmt"

	"smtpserver/app/mail/reply"
)

// pipelineWindow is how many commands go unanswered at a time. Their replies must
// fit into the sockets' buffers, or both sides wait for ever (RFC 2920 §3.1).
const pipelineWindow = 100

// step is one command of the envelope and what its reply decides.
type step struct {
	line   string
	phase  Phase // "" for RSET
	number int   // of the recipient
}

func (t *transaction) steps() []step {
	steps := make([]step, 0, len(t.m.Recipients)+3)
	if t.dirty {
		steps = append(steps, step{line: "RSET"})
	}
	steps = append(steps, step{line: t.mailLine(), phase: PhaseMail})
	for i := range t.m.Recipients {
		steps = append(steps, step{t.rcptLine(i), PhaseRcpt, i})
	}
	return append(steps, step{line: "DATA", phase: PhaseData})
}

// envelope says MAIL, RCPT… and DATA: in groups when the server takes pipelining,
// else one by one, which is a group of one. ready means it waits for the content.
func (t *transaction) envelope() (ready bool, err error) {
	window := 1
	if _, ok := t.extensions["PIPELINING"]; ok {
		window = pipelineWindow
	}
	steps := t.steps()
	t.dirty = true
	for len(steps) > 0 {
		group := steps[:min(window, len(steps))]
		steps = steps[len(group):]
		if err := t.sayAll(group); err != nil {
			return false, err
		}
		for _, s := range group {
			r, err := t.answer(s)
			if err != nil && t.refused {
				return false, nil // MAIL settled it; the connection is just not used again
			}
			if err != nil {
				return false, err
			}
			if s.phase == PhaseData {
				return t.begun(r)
			}
			if t.judge(s, r); r.Code == 421 {
				return false, nil
			}
		}
		if t.refused || len(steps) == 1 && t.res.accepted() == 0 {
			return false, nil // no DATA for nobody
		}
	}
	return false, nil
}

// judge notes what a reply before DATA decides. A refused MAIL decides for all: what
// the server then says to RCPT, mostly 503, is about our order and not the recipient.
func (t *transaction) judge(s step, r *reply.Reply) {
	switch {
	case r.Code == 421 || s.phase == PhaseMail && !r.Positive():
		t.refused = true
		t.res.settle(r, s.phase)
	case s.phase == PhaseRcpt && !t.refused:
		t.res.set(s.number, r, PhaseRcpt)
	}
}

func (t *transaction) sayAll(group []step) error {
	for _, s := range group {
		if err := t.say(s.line, s.line); err != nil {
			return err
		}
	}
	return t.fail(t.bw.Flush())
}

// answer reads the reply to a step. One of a class that the step cannot have was
// meant for something else.
func (t *transaction) answer(s step) (*reply.Reply, error) {
	timeout := t.timeouts.Command
	if s.phase == PhaseData {
		timeout = t.timeouts.DataStart
	}
	r, err := t.read(timeout)
	if err != nil {
		return nil, err
	}
	if s.phase != "" {
		t.answered = true
	}
	fits := r.Code < 300 || r.Code >= 400
	if s.phase == PhaseData {
		fits = r.Code == 354 || r.Code >= 400
	}
	if !fits || s.phase == "" && !r.Positive() {
		t.broken = true
		return nil, fmt.Errorf("%w: %d to %.4s", ErrOutOfStep, r.Code, s.line)
	}
	return r, nil
}

// begun judges the reply to DATA.
func (t *transaction) begun(data *reply.Reply) (ready bool, err error) {
	switch {
	case data.Code != 354:
		t.res.settle(data, PhaseData)
		return false, nil
	case t.res.accepted() > 0:
		return true, nil
	}
	// A server that wants content for nobody gets none (RFC 2920 §3.1). All is
	// settled; this only brings both sides back in step.
	if err := t.say(".", "."); err == nil && t.fail(t.bw.Flush()) == nil {
		_, _ = t.read(t.timeouts.DataEnd) // an error marks the connection as broken
	}
	return false, nil
}
