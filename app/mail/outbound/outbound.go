// Package outbound connects to hosts that strangers chose: policy servers, links of mails
// (W-02). Which addresses may be connected to is the caller's to say.
package outbound

import (
	"context"
	"net"
	"net/netip"
)

// Dial connects to the first of the addresses that answers and may be connected to; a nil
// allowed allows none. The very address that was judged is dialled: no second answer of
// DNS counts. When none is allowed the error is none.
func Dial(ctx context.Context, d net.Dialer, network string, addrs []netip.Addr, port string, allowed func(netip.Addr) bool, none error) (net.Conn, error) {
	last := none
	for _, addr := range addrs {
		if allowed == nil || !allowed(addr) {
			continue
		}
		conn, err := d.DialContext(ctx, network, net.JoinHostPort(addr.String(), port))
		if err == nil {
			return conn, nil
		}
		last = err
	}
	return nil, last
}
