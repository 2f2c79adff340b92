package delivery

import (
	"context"
	"fmt"
	"strings"
	"time"

	"smtpserver/app/id"
	"smtpserver/app/mail/verdict"
	"smtpserver/app/message"
)

// deliver tries one parcel and words the results. A panic costs one parcel, not the process.
func (r *run) deliver(courier Courier, p *parcel) (results []result) {
	defer func() {
		if cause := recover(); cause != nil {
			r.log.Error("a delivery panicked", "message", p.Message.ID, "panic", fmt.Sprint(cause))
			results = p.all(ourFault("A fault on our side stopped this attempt. We try again."))
		}
	}()
	if results, settled := r.settled(p); settled {
		return results
	}
	if r.guarded(context.Background(), p.Message) {
		return p.untried()
	}
	unwanted, err := r.unwanted(context.Background(), p)
	if err != nil {
		r.log.Error("a parcel could not be judged", "message", p.Message.ID, "error", err)
		return p.untried()
	}
	apart := p.without(unwanted)
	if len(p.Recipients) == 0 {
		return apart
	}
	defer func() { results = append(results, apart...) }()
	attempt, err := r.prepare(p)
	if err != nil {
		r.log.Error("a message could not be signed", "message", p.Message.ID, "error", err)
		o := ourFault("We could not sign this message just now. We try again.")
		o.Soon = true
		return p.all(o)
	}
	began := time.Now()
	r.attempts.begin(began)
	ctx, done := r.cuts.begin(r.hardStop(), p)
	report := courier.Deliver(ctx, &p.Parcel)
	cut := ctx.Err() != nil
	done()
	took := time.Since(began)
	r.attempts.end(began.Add(took))
	r.metrics.AttemptTook(took)
	if report.Untried {
		return p.untried()
	}
	if report.Unsent {
		return p.each(report.Outcomes)
	}
	if cut {
		report.cutOff(p.server())
	} else {
		r.record(p, report, took)
	}
	report.Attempt.AccountID, report.Attempt.MessageID, report.Attempt.ID = p.Message.AccountID, p.Message.ID, p.attempt
	report.Attempt.Selector = attempt.Selector
	report.clean()
	results = make([]result, len(p.Recipients))
	for i, d := range p.Recipients {
		results[i] = result{delivery: d, outcome: report.Outcomes[i], attempt: &report.Attempt}
	}
	return results
}

// cutOff words what is left open by an attempt that we ended.
func (r *Report) cutOff(server string) {
	for i, o := range r.Outcomes {
		if o.State == message.Deferred {
			r.Outcomes[i].Class, r.Outcomes[i].Throttled = message.ClassOurs, false
			r.Outcomes[i].Reason = server + " answers too slowly, so we broke off. We try again later."
		}
	}
}

// settled answers for parcels that need no attempt, or may have none.
func (r *run) settled(p *parcel) ([]result, bool) {
	switch {
	case r.isStopping() || !r.renewed.safe(p.claimed) || r.over.Load():
		return p.untried(), true
	case p.Content == nil:
		return p.all(noContent), true
	case r.dead.has(p.line()):
		return p.all(noConnection(p.noAnswer())), true
	}
	return nil, false
}

var noContent = Outcome{
	State: message.Bounced, Class: message.ClassOurs, Verdict: ownTrouble, Reason: "The content of this message is no longer kept, so it cannot be sent.",
	NextStep: "Send the message again.",
}

func noConnection(who string) Outcome {
	o := about(verdict.Unreachable, "", message.Deferred, who+" a moment ago. We try again later.")
	o.Reply = "no connection"
	return o
}

// hardStop is the context of attempts. They are bounded by the protocol's
// timeouts; a stop lets them finish, and the end of the process cuts them.
func (r *run) hardStop() context.Context { return context.Background() }

// prepare signs the message and sets what happens just before the dot.
func (r *run) prepare(p *parcel) (*message.Attempt, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	p.attempt = id.New()
	field, selector, err := r.signer.Sign(ctx, p.Message.AccountID, p.Message.DomainID, p.Content)
	if err != nil {
		return nil, err
	}
	if p.ReturnPath, err = r.signer.ReturnPath(ctx, p.Message); err != nil {
		return nil, err
	}
	p.Signature = field
	p.BeforeDot = func() error {
		if !r.renewed.safe(p.claimed) {
			return errLeaseLost
		}
		if !r.cuts.dotted(p) {
			return errCutOff
		}
		e := entry{attempt: p.attempt, account: p.Message.AccountID, message: p.Message.ID}
		for _, d := range p.Recipients {
			e.deliveries = append(e.deliveries, d.ID)
		}
		return r.journal.begin(e)
	}
	return &message.Attempt{Selector: selector}, nil
}

// all gives every recipient of the parcel the same outcome.
func (p *parcel) all(o Outcome) []result {
	results := make([]result, len(p.Recipients))
	for i, d := range p.Recipients {
		results[i] = result{delivery: d, outcome: o}
	}
	return results
}

// each gives every recipient its outcome, without an attempt.
func (p *parcel) each(outcomes []Outcome) []result {
	results := make([]result, len(p.Recipients))
	for i, d := range p.Recipients {
		results[i] = result{delivery: d, outcome: outcomes[i]}
	}
	return results
}

// untried marks the deliveries to be given back as they were.
func (p *parcel) untried() []result { return p.all(Outcome{}) }

// EndOverdue looks every minute, until ctx ends, for deliveries whose time is over at
// destinations that rest: nobody tries them any more, and each accepted recipient must
// end in a final state.
func (e *Engine) EndOverdue(ctx context.Context) {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := e.expireResting(ctx); err != nil && ctx.Err() == nil {
			e.log.Warn("what is overdue was not ended; the next round tries again", "error", err)
		}
	}
}

func (e *Engine) expireResting(ctx context.Context) error {
	for _, destination := range e.paces.restingNow(e.queue.store.Now()) {
		p, err := e.pace(ctx, destination)
		if err != nil {
			return err
		}
		s := p.peek()
		for ctx.Err() == nil && !e.isStopping() {
			rows, err := e.queue.expired(ctx, destination, claimBatch)
			if err != nil {
				return err
			}
			if len(rows) == 0 {
				break
			}
			results := make([]result, len(rows))
			for i, d := range rows {
				o := about(verdict.Unreachable, "", message.Deferred, s.nobody()+" has taken mail since "+s.Since.Format("2 January 15:04")+" UTC.")
				o.Reply = storable(strings.TrimPrefix(s.Cause, byRelay))
				results[i] = result{delivery: d, outcome: o}
			}
			if _, err := e.queue.commit(ctx, results); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}
