package delivery

import (
	"context"
	"errors"
	"net/netip"

	"smtpserver/app/mail/smtpclient"
	"smtpserver/app/mail/tlspolicy"
)

// dialing connects to one address of a host.
type dialing func(ctx context.Context, host string, addr netip.Addr) (*smtpclient.Conn, *smtpclient.Transcript, error)

// dialExchanger connects to recipients' servers as a policy asks.
func (c *networkCourier) dialExchanger(r tlspolicy.Requirement) dialing {
	dialer := c.dialer()
	return func(ctx context.Context, host string, addr netip.Addr) (*smtpclient.Conn, *smtpclient.Transcript, error) {
		conn, tr, err := dialer.DialPolicy(ctx, host, addr, c.Port, r)
		if r.Mode > tlspolicy.Opportunistic || !errors.Is(err, smtpclient.ErrTLS) {
			return conn, tr, err
		}
		// Opportunistic TLS: better in the clear than not at all (RFC 7435 §3).
		failed := tr.Lines
		conn, tr, err = dialer.Dial(ctx, host, addr, c.Port, smtpclient.Clear)
		tr.Lines = append(failed, tr.Lines...)
		return conn, tr, err
	}
}
