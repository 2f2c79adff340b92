package delivery

import (
	"context"
	"errors"
	"net/netip"

	"smtpserver/app/mail/mx"
	"smtpserver/app/mail/resolver"
	"smtpserver/app/mail/smtpclient"
	"smtpserver/app/mail/tlspolicy"
	"smtpserver/app/mail/verdict"
	"smtpserver/app/message"
)

// way is how a parcel can go: the hosts that take it, in the order to try them.
type way struct {
	hosts []mx.Host
	relay *relay // nil: they are the recipients' servers
}

// way finds the hosts for a parcel.
func (c *networkCourier) way(ctx context.Context, p *Parcel) (way, *Report) {
	if relay := c.relay(p); relay != nil {
		return relay.way(ctx, c, p)
	}
	hosts, err := c.Router.Route(ctx, p.Domain)
	if err != nil {
		r := c.noServers(p, err)
		return way{}, &r
	}
	return way{hosts: hosts[:min(len(hosts), hostsPerAttempt)]}, nil
}

// keys are the waiting connections that may be used: those to the most preferred
// hosts, so that mail does not stay with a backup for ever.
func (w way) keys(destination string, source netip.Addr) (keys []linkKey) {
	for _, h := range w.hosts {
		if h.Preference == w.hosts[0].Preference {
			keys = append(keys, w.key(destination, h.Name, source))
		}
	}
	return keys
}

func (w way) key(destination, host string, source netip.Addr) linkKey {
	k := linkKey{destination: destination, host: host, source: source}
	if w.relay != nil {
		k.relay = w.relay.revision
	}
	return k
}

func (w way) fits(k linkKey) bool {
	for _, h := range w.hosts {
		if w.key(k.destination, h.Name, k.source) == k {
			return true
		}
	}
	return false
}

// open connects to the first server that takes us. When none does, the report says
// what that means for the parcel.
func (w way) open(ctx context.Context, c *networkCourier, p *Parcel) *Report {
	c.pool.begin(c.destination, c.most())
	last := Report{Attempt: message.Attempt{Host: c.destination}}
	var lastErr error
	for _, host := range w.hosts {
		dial, err := w.dial(ctx, c, p, host.Name)
		if err != nil {
			lastErr = err
			last.Attempt.Host = host.Name
			last.Attempt.Transcript = append(last.Attempt.Transcript, message.Line{Side: "-", Text: err.Error()})
			continue
		}
		addrs := reachableFrom(c.from.Source(), host.Addrs)
		for _, addr := range addrs[:min(len(addrs), addressesPerHost)] {
			conn, tr, err := dial(ctx, host.Name, addr)
			if err == nil {
				c.link = &link{Conn: conn, pool: &c.pool, key: w.key(c.destination, host.Name, c.from.Source()), opening: tr}
				return nil
			}
			lastErr = err
			last.Attempt.Host, last.Attempt.RemoteAddr = host.Name, addr.String()
			last.Attempt.Transcript = append(last.Attempt.Transcript, lines(tr)...)
		}
	}
	c.pool.ended(c.destination)
	r := c.unreachable(p, last, lastErr)
	return &r
}

// dial returns how to connect to a host for a parcel. An error is a TLS policy that
// forbids to use the host now.
func (w way) dial(ctx context.Context, c *networkCourier, p *Parcel, host string) (dialing, error) {
	if w.relay != nil {
		return w.relay.dial(c.dialer()), nil
	}
	r, err := c.requires(ctx, p.Domain, host)
	return c.dialExchanger(r), err
}

// noServers is for a domain that DNS gives no servers for.
func (c *networkCourier) noServers(p *Parcel, err error) Report {
	r := Report{Attempt: message.Attempt{Transcript: []message.Line{{Side: "-", Text: err.Error()}}}}
	o := about(verdict.DNSFailure, "", message.Deferred, "DNS did not tell us the servers of "+p.Domain+".")
	o.Reply = err.Error()
	var f *mx.Failure
	if errors.As(err, &f) {
		if f.Reply.Permanent() {
			o = about(verdict.DomainGone, "", message.Bounced, "")
			o.Suppress = true
		}
		o.Reason, o.Reply = f.Reason, f.Reply.Error()
	}
	return c.same(p, r, o)
}

// unreachable is for servers none of which took the connection.
func (c *networkCourier) unreachable(p *Parcel, r Report, cause error) Report {
	if relay := c.relay(p); relay != nil {
		return relay.trouble(c, p, r, cause)
	}
	whose := p.Domain
	o := about(verdict.Unreachable, r.Attempt.Host, message.Deferred, "No server of "+whose+" took a connection.")
	o.Reply = "no connection"
	var refused *smtpclient.RefusedError
	var none *resolver.NotFound
	var policy *tlspolicy.Error
	switch {
	case errors.As(cause, &policy):
		o.Reply, o.Verdict = policy.Error(), string(verdict.TLSRequired)
		o.Reason = "The domain " + whose + " asks for proven encryption, and its server did not give it. Nothing is sent in the clear; we try again."
	case errors.As(cause, &refused):
		o.Reply, o.Reason = refused.Reply.Error(), "The server of "+whose+" did not greet us."
	case errors.As(cause, &none):
		o.Reply, o.Reason = cause.Error(), "The name of the server of "+whose+" has no address."
	case errors.Is(cause, smtpclient.ErrPrivate):
		o.Reply, o.Reason = "address refused", "The server of "+whose+" has a private address, to which nothing is sent."
	}
	return c.same(p, r, o)
}

// same gives every recipient one outcome that is about the servers.
func (c *networkCourier) same(p *Parcel, r Report, o Outcome) Report {
	for range p.Recipients {
		r.Outcomes = append(r.Outcomes, o)
	}
	r.Unreachable, r.Cause = o.State == message.Deferred, o.Reply
	return r
}
