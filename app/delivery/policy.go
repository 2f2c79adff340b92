package delivery

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"smtpserver/app/mail/tlspolicy"
	"smtpserver/app/memo"
	"smtpserver/app/store"
)

// Policies says what a connection to a mail exchanger of a domain must prove.
type Policies interface {
	Host(ctx context.Context, domain, host string) (tlspolicy.Requirement, error)
}

// exchange is one domain's mail at one host.
type exchange struct{ domain, host string }

const (
	requirementTime = time.Minute // what a domain asks of a host is believed for so long
	mostRequired    = 20_000
)

// newRequirements returns the memory that a Network keeps of its policies' answers.
// Errors are not remembered.
func newRequirements(n *Network) *memo.Memo[exchange, tlspolicy.Requirement] {
	return memo.New[exchange, tlspolicy.Requirement](n.Clock, requirementTime, mostRequired)
}

// requires returns what mail to the domain asks of a host.
func (n *Network) requires(ctx context.Context, domain, host string) (tlspolicy.Requirement, error) {
	if n.Policies == nil {
		return tlspolicy.Requirement{}, nil
	}
	n.once.Do(func() { n.required = newRequirements(n) })
	return n.required.Get(exchange{domain, host}, func() (tlspolicy.Requirement, error) { return n.Policies.Host(ctx, domain, host) })
}

// PolicyStore keeps MTA-STS policies and the results of TLS in SQL: what is forgotten
// can be taken away by an attacker who blocks DNS or the web.
type PolicyStore struct {
	store *store.Store
	log   *slog.Logger

	mu      sync.Mutex
	results map[resultKey]int64
}

type resultKey struct{ day, domain, kind, host, reason string }

// NewPolicyStore returns the store.
func NewPolicyStore(s *store.Store, log *slog.Logger) *PolicyStore {
	return &PolicyStore{store: s, log: log, results: map[resultKey]int64{}}
}

// mostResults bounds what is counted between two flushes; more are not told apart.
const mostResults = 50_000

// Report counts a result; it is stored with the next flush.
func (p *PolicyStore) Report(r tlspolicy.Result) {
	p.mu.Lock()
	defer p.mu.Unlock()
	key := resultKey{p.store.Now().UTC().Format(time.DateOnly), storable(r.Domain), string(r.Kind), storable(r.Host), string(r.Reason)}
	if _, known := p.results[key]; !known && len(p.results) >= mostResults {
		return
	}
	p.results[key]++
}

// FlushEvery stores what was counted, every half minute and when ctx ends.
func (p *PolicyStore) FlushEvery(ctx context.Context) {
	tick := time.NewTicker(30 * time.Second)
	defer tick.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
		if err := p.Flush(context.WithoutCancel(ctx)); err != nil {
			p.log.Warn("results of TLS not stored; the next flush tries again", "error", err)
		}
	}
}

// Flush stores what was counted.
func (p *PolicyStore) Flush(ctx context.Context) error {
	p.mu.Lock()
	counted := p.results
	p.results = map[resultKey]int64{}
	p.mu.Unlock()
	err := p.add(ctx, counted)
	if err == nil {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for k, n := range counted {
		p.results[k] += n
	}
	return err
}
