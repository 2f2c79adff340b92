package sending

import (
	"cmp"
	"context"
	"errors"
	"hash/fnv"
	"slices"
	"sync"
	"time"

	"smtpserver/app/store"
)

// Pools chooses addresses. Safe for concurrent use.
type Pools struct {
	store *store.Store
	mu    sync.Mutex
	at    time.Time
	known snapshot
}

// snapshot is what was read of the configuration.
type snapshot struct {
	addresses []Address
	rules     []Rule
}

// readTime is how long the configuration is believed.
const readTime = 2 * time.Second

// New returns the pools of a database.
func New(s *store.Store) *Pools { return &Pools{store: s} }

// Why no address can be used now.
var (
	ErrNone    = errors.New("sending: no address of the pool may send")
	ErrUsedUp  = errors.New("sending: today's allowance of the pool's addresses is used up")
	noneChosen = Address{}
)

// Use is what an address is chosen for: mail of an account's stream to a provider.
type Use struct{ Holder, Stream, Provider, Pool string } // Pool: from this one, whatever the rules say

// Choose takes an allowance of n deliveries, and returns the address to send from. The zero
// one leaves the choice to the system.
func (p *Pools) Choose(ctx context.Context, u Use, n int) (Address, error) {
	known, err := p.read(ctx)
	if err != nil || len(known.addresses) == 0 && u.Pool == "" {
		return noneChosen, err
	}
	why, pool := ErrNone, cmp.Or(u.Pool, poolOf(known.rules, u.Holder, u.Stream))
	for _, a := range ranked(known.addresses, pool, u.Holder+" "+u.Stream+" "+u.Provider) {
		if !a.Usable() {
			continue
		}
		if !a.Warming || n == 0 {
			return a, nil
		}
		ok, err := p.take(ctx, a.Address, u.Provider, n)
		if err != nil || ok {
			return a, err
		}
		why = ErrUsedUp
	}
	return noneChosen, why
}

// ranked lists a pool's addresses in the order that fits a key: the same key keeps to the
// same address, and when that is out, only its mail moves (rendezvous hashing).
func ranked(all []Address, pool, key string) (list []Address) {
	weight := map[string]uint64{}
	for _, a := range all {
		if a.Pool == pool {
			h := fnv.New64a()
			_, _ = h.Write([]byte(a.Address + " " + key)) // never fails
			weight[a.Address] = h.Sum64()
			list = append(list, a)
		}
	}
	slices.SortFunc(list, func(a, b Address) int { return cmp.Compare(weight[b.Address], weight[a.Address]) })
	return list
}

func (p *Pools) read(ctx context.Context) (snapshot, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.store.Now()
	if !p.at.IsZero() && now.Sub(p.at) < readTime && !now.Before(p.at) {
		return p.known, nil
	}
	known, err := p.load(ctx)
	if err != nil {
		return snapshot{}, err
	}
	p.known, p.at = known, now
	return known, nil
}
