package delivery

import (
	"sync"

	"smtpserver/app/id"
)

// turn is where the round of accounts stands at a destination: who was served last,
// and how many deliveries are left of that turn.
type turn struct {
	account id.ID
	left    int
}

// cursor is where the list of accounts goes on. No id begins with another and a "!".
func (t turn) cursor() string {
	if t.account == "" || t.left > 0 {
		return string(t.account)
	}
	return string(t.account) + "!"
}

// laneRow is what one credential of an account has waiting at a destination.
type laneRow struct {
	AccountID, CredentialID id.ID
	Weight                  int
}

// sharer is an account that wants a share of a claim.
type sharer struct {
	account id.ID
	weight  int
	lanes   []id.ID
}

// gather joins lanes to accounts, as many as take turns in one claim.
func gather(lanes []laneRow) (sharers []sharer, more bool) {
	for _, l := range lanes {
		n := len(sharers)
		if n > 0 && sharers[n-1].account == l.AccountID {
			sharers[n-1].lanes = append(sharers[n-1].lanes, l.CredentialID)
			continue
		}
		if n == accountsAtATime {
			return sharers, true
		}
		sharers = append(sharers, sharer{l.AccountID, max(l.Weight, 1), []id.ID{l.CredentialID}})
	}
	return sharers, false
}

// share is how many deliveries each account may take in its turn: by weight, so that all
// have theirs in one claim, or in several when that is small. A turn that was cut
// short is finished first.
func share(sharers []sharer, last turn, limit int) []int {
	sum := 0
	for _, s := range sharers {
		sum += s.weight
	}
	unit := max(1, limit/sum)
	if len(sharers) == 1 {
		return []int{limit}
	}
	shares := make([]int, len(sharers))
	for i, s := range sharers {
		shares[i] = unit * s.weight
		if i == 0 && last.left > 0 && s.account == last.account {
			shares[i] = last.left
		}
	}
	return shares
}

// turns remembers the turn per destination and stream. It is a hint: a restart only
// begins the round anew.
type turns struct {
	mu   sync.Mutex
	last map[string]turn
}

func (t *turns) get(key string) turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.last[key]
}

// set stores a turn; the zero one forgets, so that the map holds only destinations
// where more waits than one batch takes.
func (t *turns) set(key string, next turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if next == (turn{}) {
		delete(t.last, key)
		return
	}
	if t.last == nil {
		t.last = map[string]turn{}
	}
	t.last[key] = next
}
