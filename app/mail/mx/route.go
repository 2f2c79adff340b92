package mx

import (
	"context"
	"sync"

	"smtpserver/app/mail/resolver"
)

// Router finds the way to domains.
type Router struct {
	Resolver resolver.Resolver
	Self     Self
}

// Route returns the hosts of a domain that mail may be handed to, in the order to
// try them, each with at least one address. An error is a *Failure.
func (r *Router) Route(ctx context.Context, domain string) ([]Host, error) {
	hosts, err := exchangers(ctx, r.Resolver, domain)
	if err != nil {
		return nil, err
	}
	if hosts = r.Self.cut(hosts); len(hosts) == 0 {
		return nil, loop(domain)
	}
	problems := r.resolve(ctx, hosts)
	if hosts = r.Self.cut(hosts); len(hosts) == 0 {
		return nil, loop(domain)
	}
	reachable, temporary := hosts[:0:0], false
	for _, h := range hosts {
		if len(h.Addrs) > 0 {
			reachable = append(reachable, h)
		} else if certain, _ := isNotFound(problems[h.Name]); !certain {
			temporary = true
		}
	}
	switch {
	case len(reachable) > 0:
		return reachable, nil
	case temporary:
		return nil, unknown(domain)
	}
	return nil, noServer(domain)
}

// resolve fills in the addresses of all hosts at once and returns what went wrong, by name.
func (r *Router) resolve(ctx context.Context, hosts []Host) map[string]error {
	var mu sync.Mutex
	var wg sync.WaitGroup
	problems := map[string]error{}
	for i := range hosts {
		wg.Go(func() {
			addrs, err := Addresses(ctx, r.Resolver, hosts[i].Name)
			hosts[i].Addrs = addrs
			if err != nil {
				mu.Lock()
				defer mu.Unlock()
				problems[hosts[i].Name] = err
			}
		})
	}
	wg.Wait()
	return problems
}
