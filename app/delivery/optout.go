package delivery

import (
	"context"
	"sync"

	"smtpserver/app/id"
	"smtpserver/app/message"
)

// optOuts answers, right before each attempt, who was suppressed meanwhile (promise 5).
// Questions that come while the database is being asked are asked together next: each
// is answered by a look that began after it, and many couriers cost one look.
type optOuts struct {
	queue   *queue
	mu      sync.Mutex
	waiting []*question
	asking  bool
}

type question struct {
	recipients []*message.Delivery // of one message
	answer     chan answer
}

type answer struct {
	found map[id.ID]string // deliveries, with the reason
	err   error
}

// of returns the recipients of one message that may not be mailed, with their outcome.
func (o *optOuts) of(ctx context.Context, recipients []*message.Delivery) (map[id.ID]Outcome, error) {
	q := &question{recipients, make(chan answer, 1)}
	o.mu.Lock()
	o.waiting = append(o.waiting, q)
	if !o.asking {
		o.asking = true
		go o.ask(context.WithoutCancel(ctx))
	}
	o.mu.Unlock()
	a := <-q.answer
	if a.err != nil || len(a.found) == 0 {
		return nil, a.err
	}
	unwanted := map[id.ID]Outcome{}
	for _, d := range recipients {
		if reason, ok := a.found[d.ID]; ok {
			unwanted[d.ID] = Outcome{
				State: message.Suppressed, Class: message.ClassRecipient, Verdict: message.OnSuppressionList, NextStep: message.NextForSuppressed,
				Reason: "After the message was accepted: " + reason,
			}
		}
	}
	return unwanted, nil
}

// ask asks the database until no question is left.
func (o *optOuts) ask(ctx context.Context) {
	for {
		o.mu.Lock()
		batch := o.waiting
		o.waiting, o.asking = nil, len(batch) > 0
		o.mu.Unlock()
		if len(batch) == 0 {
			return
		}
		var recipients []*message.Delivery
		for _, q := range batch {
			recipients = append(recipients, q.recipients...)
		}
		found, err := o.queue.unwanted(ctx, recipients)
		for _, q := range batch {
			q.answer <- answer{found, err}
		}
	}
}
