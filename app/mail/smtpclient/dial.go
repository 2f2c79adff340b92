package smtpclient

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"time"

	"smtpserver/app/mail/tlspolicy"
)

// Timeouts of RFC 5321 §4.5.3.2. A zero one is the standard one.
type Timeouts struct {
	Connect, Greeting, Command, DataStart, DataBlock, DataEnd time.Duration
}

// StandardTimeouts are the RFC's minimums; Connect is ours.
var StandardTimeouts = Timeouts{
	Connect: 30 * time.Second, Greeting: 5 * time.Minute, Command: 5 * time.Minute,
	DataStart: 2 * time.Minute, DataBlock: 3 * time.Minute, DataEnd: 10 * time.Minute,
}

func (t Timeouts) orStandard() Timeouts {
	s := StandardTimeouts
	return Timeouts{
		cmp.Or(t.Connect, s.Connect), cmp.Or(t.Greeting, s.Greeting), cmp.Or(t.Command, s.Command),
		cmp.Or(t.DataStart, s.DataStart), cmp.Or(t.DataBlock, s.DataBlock), cmp.Or(t.DataEnd, s.DataEnd),
	}
}

// TLSMode says how a connection gets its encryption where no policy says it.
type TLSMode int

// The modes.
const (
	Opportunistic TLSMode = iota // STARTTLS when offered, the certificate noted but not required (RFC 7435)
	Clear                        // no STARTTLS, after a handshake failed
	Implicit                     // TLS from the first octet (RFC 8314), with a valid certificate
	Required                     // STARTTLS with a valid certificate, for smart hosts that take a password
	byPolicy                     // as a tlspolicy.Requirement says
)

// Dialer opens connections. It may be copied.
type Dialer struct {
	Name         string     // EHLO name
	Source       netip.Addr // our address; the zero one leaves the choice to the system
	AllowPrivate bool       // connect to loopback, private and link-local addresses
	Timeouts     Timeouts
	TLS          *tls.Config            // roots for judging certificates, a session cache; nil means the system's roots
	Report       func(tlspolicy.Result) // hears what DialPolicy found; may be nil
}

// ErrSource reports a target of another family than Dialer.Source: mail must not
// leave from an address that was not chosen for it.
var ErrSource = errors.New("smtpclient: the source address is of another IP version")

// Dial connects to one address of a host, greets and, by the mode, encrypts. The
// transcript has what was said even when it fails. When ctx ends, so does the try.
func (d *Dialer) Dial(ctx context.Context, host string, addr netip.Addr, port int, mode TLSMode) (*Conn, *Transcript, error) {
	return d.dial(ctx, host, addr, port, mode, tlspolicy.Requirement{})
}

func (d *Dialer) dial(ctx context.Context, host string, addr netip.Addr, port int, mode TLSMode, policy tlspolicy.Requirement) (*Conn, *Transcript, error) {
	tr := newTranscript()
	target := net.JoinHostPort(addr.String(), strconv.Itoa(port))
	tcp, err := d.connect(ctx, addr, target)
	if err != nil {
		tr.note("connect to " + target + ": " + plain(err))
		return nil, tr, &BrokenError{err}
	}
	tr.note("connected to " + target)
	c := newConn(tcp, host, *d, tr)
	c.policy = policy
	release := c.guard(ctx)
	err = c.open(mode)
	release()
	if mode == byPolicy {
		err = c.settle(ctx, err)
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		c.noteTLS(err)
		c.Close()
		return nil, tr, err
	}
	return c, tr, nil
}

func (d *Dialer) connect(ctx context.Context, addr netip.Addr, target string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: d.Timeouts.orStandard().Connect, Control: d.control}
	if d.Source.IsValid() {
		if d.Source.Unmap().Is4() != addr.Unmap().Is4() {
			return nil, ErrSource
		}
		dialer.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(d.Source.Unmap(), 0))
	}
	return dialer.DialContext(ctx, "tcp", target)
}
