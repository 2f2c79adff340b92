package delivery

import (
	"context"
	"sync"
	"time"

	"smtpserver/app/id"
	"smtpserver/app/mail/verdict"
	"smtpserver/app/message"
)

// stopTime is how long the list of who may not send is believed: a pause counts within
// this time and one claim's work, together below five seconds.
const stopTime = 2 * time.Second

// stops knows the accounts, credentials and campaigns that may not send at the moment.
type stops struct {
	mu  sync.Mutex
	at  time.Time
	ids map[id.ID]bool
}

// stopped reports which of them, if any, holds a message back. When the database
// cannot say, what it said last counts.
func (e *Engine) stopped(ctx context.Context, m *message.Message) (who string) {
	e.stops.mu.Lock()
	defer e.stops.mu.Unlock()
	if now := e.queue.store.Now(); now.Sub(e.stops.at) >= stopTime || now.Before(e.stops.at) {
		found, err := e.queue.stopped(ctx)
		if err != nil {
			e.log.Warn("who is paused was not read", "error", err)
		} else {
			e.stops.ids, e.stops.at = found, now
		}
	}
	switch {
	case e.stops.ids[m.AccountID]:
		return "account"
	case m.CredentialID != nil && e.stops.ids[*m.CredentialID]:
		return "credential"
	case e.stops.ids[m.CampaignID]:
		return campaign
	}
	return ""
}

const campaign = "campaign"

// pauseTime is how long what was claimed before its campaign was paused waits. By then
// it is held, or cancelled, or the campaign goes on.
const pauseTime = 10 * time.Second

func (e *Engine) heldBack(who string) Outcome {
	if who == campaign {
		return Outcome{State: message.Deferred, Reason: "Its campaign is paused.", NotBefore: e.queue.store.Now().Add(pauseTime)}
	}
	return Outcome{
		State: message.Held, Reason: "Held, because this " + who + " is paused.",
		NextStep: "When the " + who + " works again, release the message; or cancel it.",
	}
}

var tooLate = Outcome{
	State: message.Expired, Class: message.ClassOurs, Verdict: string(verdict.Expired),
	Reason: "The time that its sender gave it was over before it could be delivered.", NextStep: "Send it again if it is still wanted.",
}

// unwanted are deliveries that may not be tried, with what becomes of them: the
// address was suppressed since acceptance (promise 5), or the account or credential was paused.
// It is asked right before the attempt.
func (r *run) unwanted(ctx context.Context, p *parcel) (map[id.ID]Outcome, error) {
	if who := r.stopped(ctx, p.Message); who != "" {
		return everyone(p, r.heldBack(who)), nil
	}
	if p.Message.ExpiresStrictly && !r.queue.store.Now().Before(p.Message.ExpiresAt) {
		return everyone(p, tooLate), nil
	}
	return r.optOuts.of(ctx, p.Recipients)
}

func everyone(p *parcel, o Outcome) map[id.ID]Outcome {
	all := map[id.ID]Outcome{}
	for _, d := range p.Recipients {
		all[d.ID] = o
	}
	return all
}

// without takes the unwanted recipients out of a parcel, and returns their results.
func (p *parcel) without(unwanted map[id.ID]Outcome) (results []result) {
	if len(unwanted) == 0 {
		return nil
	}
	var left []*message.Delivery
	for _, d := range p.Recipients {
		if o, found := unwanted[d.ID]; found {
			results = append(results, result{delivery: d, outcome: o})
			continue
		}
		left = append(left, d)
	}
	p.Recipients = left
	return results
}
