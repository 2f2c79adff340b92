package delivery

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/netip"
	"time"

	"smtpserver/app/clock"
	"smtpserver/app/mail/smtpclient"
	"smtpserver/app/message"
	"smtpserver/app/sending"
)

// chooseSource takes the address of ours that a parcel leaves from. When none may be used
// now, the report says what that means.
func (c *networkCourier) chooseSource(ctx context.Context, p *Parcel) *Report {
	c.from, c.taken = sending.Address{}, len(p.Recipients)
	relayed, pool := c.relay(p) != nil, p.Detour.Pool
	if relayed {
		c.taken = 0 // only the relay gets to know our address
	}
	if c.Sources == nil || relayed && pool == "" {
		return nil
	}
	from, err := c.Sources.Choose(ctx, sending.Use{Holder: string(p.Message.AccountID), Stream: string(p.Message.Stream), Provider: c.destination, Pool: pool}, c.taken)
	if err == nil {
		c.from = from
		return nil
	}
	o := Outcome{State: message.Deferred, Class: message.ClassOurs, Soon: true, Reason: "We could not choose an address to send from just now. We try again."}
	now := c.now()
	switch {
	case errors.Is(err, sending.ErrUsedUp):
		tomorrow := now.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
		o.NotBefore = tomorrow.Add(time.Duration(rand.Int64N(int64(time.Hour)))) //nolint:gosec // spreading load is no secret
		o.Reason = DestinationName(c.destination) + " is still getting to know our address, and takes no more from it today. It goes on tomorrow."
	case errors.Is(err, sending.ErrNone):
		o.NotBefore = now.Add(retryAfter(2, rand.Float64))
		o.Reason = "None of our addresses may send at the moment. The operator is told; we try again."
		if pool != "" {
			o.Reason = "None of the addresses that the operator chose for " + DestinationName(p.Detour.Destination) + " may send at the moment. We try again."
		}
	}
	r := Report{Unsent: true}
	for range p.Recipients {
		r.Outcomes = append(r.Outcomes, o)
	}
	return &r
}

// giveBack returns the allowance of what did not leave.
func (c *networkCourier) giveBack(ctx context.Context, r Report) {
	if c.Sources == nil || c.taken == 0 || !r.Unreachable && !r.Untried {
		return
	}
	// What is not given back is only sent tomorrow.
	_ = c.Sources.GiveBack(context.WithoutCancel(ctx), c.from, c.destination, c.taken)
}

func (c *networkCourier) now() time.Time {
	if c.Clock == nil {
		return clock.System.Now()
	}
	return c.Clock.Now()
}

// dialer connects from the chosen address, under its own name.
func (c *networkCourier) dialer() smtpclient.Dialer {
	d := c.Dialer
	if c.from.Address != "" {
		d.Source, d.Name = c.from.Source(), c.from.Name
	}
	return d
}

// reachableFrom are the addresses of a host that one of ours can reach: those of its own
// IP version.
func reachableFrom(source netip.Addr, addrs []netip.Addr) (list []netip.Addr) {
	for _, a := range addrs {
		if !source.IsValid() || source.Is4() == a.Unmap().Is4() {
			list = append(list, a)
		}
	}
	return list
}
