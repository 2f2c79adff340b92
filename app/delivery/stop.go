package delivery

import (
	"context"
	"sync"
	"time"

	"smtpserver/app/id"
	"smtpserver/app/message"
)

// stopTime is how long the list of who may not send is believed: a pause counts within
// this time and one claim's work, together below five seconds.
const stopTime = 2 * time.Second

// stops knows the accounts that may not send at the moment.
type stops struct {
	mu       sync.Mutex
	at       time.Time
	accounts map[id.ID]bool
}

// stopped reports whether an account's mail is to be held back. When the database
// cannot say, what it said last counts.
func (e *Engine) stopped(ctx context.Context, account id.ID) bool {
	e.stops.mu.Lock()
	defer e.stops.mu.Unlock()
	if now := e.queue.store.Now(); now.Sub(e.stops.at) >= stopTime || now.Before(e.stops.at) {
		found, err := e.queue.stoppedAccounts(ctx)
		if err != nil {
			e.log.Warn("paused accounts not read", "error", err)
		} else {
			e.stops.accounts, e.stops.at = found, now
		}
	}
	return e.stops.accounts[account]
}

var heldBack = Outcome{State: message.Held, Reason: "Held, because this account is paused. It is sent when the account is released and somebody releases the message."}

// unwanted are deliveries that may not be tried, with what becomes of them: the
// address was suppressed since acceptance (promise 5), or the account was paused.
// It is asked right before the attempt.
func (r *run) unwanted(ctx context.Context, p *parcel) (map[id.ID]Outcome, error) {
	if r.stopped(ctx, p.Message.AccountID) {
		all := map[id.ID]Outcome{}
		for _, d := range p.Recipients {
			all[d.ID] = heldBack
		}
		return all, nil
	}
	return r.optOuts.of(ctx, p.Recipients)
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
