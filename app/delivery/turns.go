package delivery

import (
	"sync"

	"smtpserver/app/id"
)

// turns remembers, per destination and stream, which account was served last.
// It is a hint: a restart only begins the round anew.
type turns struct {
	mu   sync.Mutex
	last map[string]id.ID
}

func (t *turns) get(key string) id.ID {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.last[key]
}

// set stores the last account served; "" forgets, so that the map holds only
// destinations where more accounts wait than one batch takes.
func (t *turns) set(key string, account id.ID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if account == "" {
		delete(t.last, key)
		return
	}
	if t.last == nil {
		t.last = map[string]id.ID{}
	}
	t.last[key] = account
}
