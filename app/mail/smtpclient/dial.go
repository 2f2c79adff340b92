package smtpclient

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"syscall"
	"time"
)

// Timeouts of RFC 5321 §4.5.3.2.
type Timeouts struct {
	Connect, Greeting, Command, DataStart, DataBlock, DataEnd time.Duration
}

// StandardTimeouts are the RFC's minimums; Connect is ours.
var StandardTimeouts = Timeouts{
	Connect: 30 * time.Second, Greeting: 5 * time.Minute, Command: 5 * time.Minute,
	DataStart: 2 * time.Minute, DataBlock: 3 * time.Minute, DataEnd: 10 * time.Minute,
}

// TLSMode says how a connection gets its encryption.
type TLSMode int

// The modes.
const (
	Opportunistic TLSMode = iota // STARTTLS when offered, the certificate noted but not required (RFC 7435)
	Clear                        // no STARTTLS, after a handshake failed
	Implicit                     // TLS from the first octet (RFC 8314)
	Required                     // STARTTLS with a valid certificate, for smart hosts that take a password
)

// Dialer opens connections.
type Dialer struct {
	Name         string // EHLO name
	AllowPrivate bool   // connect to loopback, private and link-local addresses
	Timeouts     Timeouts
	TLS          *tls.Config // roots for judging certificates; nil means the system's
}

// ErrPrivate reports an address that nothing may connect to.
var ErrPrivate = errors.New("smtpclient: a private or reserved address")

// Dial connects to one address of a host, greets and, by the mode, encrypts. The
// transcript has what was said even when it fails.
func (d *Dialer) Dial(ctx context.Context, host string, addr netip.Addr, port int, mode TLSMode) (*Conn, *Transcript, error) {
	tr := newTranscript()
	target := net.JoinHostPort(addr.String(), strconv.Itoa(port))
	dialer := net.Dialer{Timeout: d.Timeouts.Connect, Control: d.control}
	raw, err := dialer.DialContext(ctx, "tcp", target)
	if err != nil {
		tr.note("connect to " + target + ": " + plain(err))
		return nil, tr, err
	}
	tr.note("connected to " + target)
	c := newConn(raw, host, d, tr)
	stop := context.AfterFunc(ctx, func() { _ = raw.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if err := c.open(mode); err != nil {
		_ = raw.Close()
		return nil, tr, err
	}
	return c, tr, nil
}

// control refuses forbidden addresses at the last moment, on the address that is
// really dialled, so that no DNS answer can change it in between (W-02).
func (d *Dialer) control(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("smtpclient: %w", err)
	}
	if !d.AllowPrivate && !Public(ap.Addr()) {
		return ErrPrivate
	}
	return nil
}

var reserved = prefixes("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001:db8::/32", "2002::/16", "2001::/32", "fec0::/10")

func prefixes(texts ...string) (out []netip.Prefix) {
	for _, t := range texts {
		out = append(out, netip.MustParsePrefix(t))
	}
	return out
}

// Public reports whether an address is one of the open internet. Addresses that
// carry another address inside (NAT64, 6to4, Teredo) are not.
func Public(addr netip.Addr) bool {
	addr = addr.Unmap()
	if !addr.IsGlobalUnicast() || addr.IsPrivate() || addr.IsLoopback() || addr.IsLinkLocalUnicast() || addr.Zone() != "" {
		return false
	}
	for _, p := range reserved {
		if p.Contains(addr) {
			return false
		}
	}
	return true
}

// plain words a network error without our own addresses.
func plain(err error) string {
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		err = op.Err
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return "no answer in time"
	}
	return err.Error()
}
