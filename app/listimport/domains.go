package listimport

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Bounds of what a list may make us ask of DNS. What was not asked counts as alive.
const (
	mostAsked   = 5000 // domains of one list
	askedAtOnce = 20
	askingTime  = 5 * time.Second // for the domains of one batch
	mostDead    = 5000
)

// domainCheck asks DNS, once for each domain of a list.
type domainCheck struct {
	domains MailDomains
	mu      sync.Mutex
	asked   map[string]bool
	dead    map[string]bool
}

func newDomainCheck(domains MailDomains) *domainCheck {
	return &domainCheck{domains: domains, asked: map[string]bool{}, dead: map[string]bool{}}
}

// ask looks the new domains of a batch up. Trouble with DNS leaves a domain alive.
func (d *domainCheck) ask(ctx context.Context, addresses []string) {
	if d.domains == nil || len(d.asked) >= mostAsked {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, askingTime)
	defer cancel()
	slots := make(chan struct{}, askedAtOnce)
	var asking sync.WaitGroup
	for _, address := range addresses {
		domain := domainOf(address)
		if d.asked[domain] || len(d.asked) >= mostAsked || ctx.Err() != nil {
			continue
		}
		d.asked[domain] = true
		slots <- struct{}{}
		asking.Go(func() {
			defer func() { <-slots }()
			if dead, err := d.domains.Dead(ctx, domain); err == nil && dead {
				d.mu.Lock()
				d.dead[domain] = true
				d.mu.Unlock()
			}
		})
	}
	asking.Wait()
}

// list is what was found, for the import itself: it does not ask again.
func (d *domainCheck) list() []string {
	all := make([]string, 0, len(d.dead))
	for domain := range d.dead {
		all = append(all, domain)
	}
	slices.Sort(all)
	return all[:min(len(all), mostDead)]
}
