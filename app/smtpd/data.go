package smtpd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
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
	b := &body{limit: x.srv.o.MaxMessage, budget: &x.srv.buffered}
	if !b.start(x.env.size) {
		return x.refuse(errCrowded)
	}
	if !x.setBusy(true) {
		b.release()
		return errTold
	}
	defer x.setBusy(false)
	env := x.env
	x.env, x.junk = nil, 0
	if err := x.receive(b); err != nil {
		b.release()
		return err
	}
	if b.refusal != nil {
		b.release()
		return x.refuse(b.refusal)
	}
	env.Received = x.srv.o.Clock.Now()
	return x.store(env, b)
}

// receive invites the message and reads it up to its end, or says why there is none.
func (x *session) receive(b *body) error {
	x.reply(say(354, reply.Enhanced{}, "end with <CRLF>.<CRLF>"))
	if err := x.flush(); err != nil {
		return err
	}
	speed := pace{window: x.srv.o.Timeouts.Window}
	for received := 0; ; {
		run := x.waiting()
		end := bytes.LastIndexByte(run, '\n') + 1
		switch {
		case end > 0:
			used, done := b.lines(run[:end])
			if done {
				return x.discard(used)
			}
			received += used
			if err := x.discard(used); err != nil {
				return err
			}
		case len(run) == x.br.Size():
			n := len(run) - 1 // the last octet may be the CR of a CRLF
			b.part(run[:n])
			received += n
			if err := x.discard(n); err != nil {
				return err
			}
		default:
			if until, ok := speed.earned(time.Now(), received); ok {
				if err := x.armUntil(until); err != nil {
					return err
				}
			}
			// A connection that breaks here leaves nothing behind (F-42).
			if _, err := x.br.Peek(len(run) + 1); err != nil {
				return err
			}
		}
		if b.endless() {
			x.srv.o.Metrics.Refused(552)
			x.reply(tooLarge(b.limit))
			return errHangUp
		}
	}
}

func (x *session) discard(n int) error {
	_, err := x.br.Discard(n)
	return err
}

// pace gives a client the window anew whenever it was quick enough since the last
// time, so that a slow but steady upload passes, however long it takes, and a
// trickle does not (F-44, K10).
type pace struct {
	window time.Duration
	since  time.Time
	had    int
}

func (p *pace) earned(now time.Time, received int) (until time.Time, ok bool) {
	elapsed := now.Sub(p.since)
	first := p.since.IsZero()
	if !first && (elapsed < p.window/2 || float64(received-p.had) < elapsed.Seconds()*minimumRate) {
		return time.Time{}, false
	}
	p.since, p.had = now, received
	return now.Add(p.window), true
}

// outcome is what became of a message.
type outcome struct {
	id    id.ID
	err   error
	panic any
	stack []byte
}

// store hands the message over. Whatever comes after the deadline is a 451: a
// client that has given up waiting must not have its mail accepted behind its back.
func (x *session) store(env *Envelope, b *body) error {
	ctx, cancel := x.srv.patience()
	defer cancel()
	done := make(chan outcome, 1)
	sender, log := x.sender, x.srv.o.Log
	// By itself, so that a Sender that does not mind its context keeps neither the
	// client nor a shutdown waiting. The content is its own until it returns.
	x.srv.wg.Add(1)
	go func() {
		defer x.srv.wg.Done()
		o := accept(ctx, sender, env, b.buf)
		b.release() // before the answer: who was told 250 finds the room free again
		if o.err == nil && ctx.Err() != nil {
			log.Warn("a message was stored after its deadline and may come again", "message_id", o.id)
		}
		done <- o
	}()
	var o outcome
	select {
	case o = <-done:
	case <-ctx.Done():
	}
	switch {
	case o.panic != nil:
		x.srv.o.Log.Error("storing a message panicked", "panic", fmt.Sprint(o.panic), "stack", string(o.stack))
		x.reply(say(421, reply.Enhanced{4, 3, 0}, "internal trouble, closing"))
		return errHangUp
	case ctx.Err() != nil:
		return x.refuseOrEnd(fmt.Errorf("smtpd: storing took too long: %w", errors.Join(ctx.Err(), o.err)))
	case o.err != nil:
		return x.refuseOrEnd(o.err)
	}
	x.srv.o.Metrics.Accepted(int(b.total))
	x.reply(say(250, reply.Enhanced{2, 0, 0}, "queued as "+o.id.String()))
	return nil
}

// accept asks the Sender, who is asked once more whether it still may send.
func accept(ctx context.Context, sender Sender, env *Envelope, content []byte) (o outcome) {
	defer func() {
		if o.panic = recover(); o.panic != nil {
			o.stack = debug.Stack()
		}
	}()
	if o.err = sender.Valid(ctx); o.err == nil {
		o.id, o.err = sender.Accept(ctx, *env, content)
	}
	return o
}
