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

// dialRelay connects to the smart host, which the operator named, so that a private
// address is fine. A password goes only through verified TLS.
func (n *Network) dialRelay(ctx context.Context, host string, addr netip.Addr) (*smtpclient.Conn, *smtpclient.Transcript, error) {
	u := n.Smarthost
	mode := smtpclient.Opportunistic
	switch {
	case u.Scheme == "smtps":
		mode = smtpclient.Implicit
	case u.User != nil:
		mode = smtpclient.Required
	}
	dialer := n.Dialer
	dialer.AllowPrivate = true
	conn, tr, err := dialer.Dial(ctx, host, addr, relayPort(u.Scheme, u.Port()), mode)
	if err == nil && u.User != nil {
		password, _ := u.User.Password()
		if err = conn.Auth(u.User.Username(), password); err != nil {
			conn.Close()
		}
	}
	return conn, tr, err
}
