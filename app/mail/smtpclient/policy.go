package smtpclient

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/netip"
	"time"

	"smtpserver/app/mail/tlspolicy"
)

// DialPolicy is Dial with STARTTLS as a policy asks. Where TLS is mandatory, all that
// keeps the connection from it is a *tlspolicy.Error, and nothing but greetings has
// been said. An error is never ErrTLS then: there is no coming again in the clear.
// What came of it is told to Dialer.Report.
func (d *Dialer) DialPolicy(ctx context.Context, host string, addr netip.Addr, port int, r tlspolicy.Requirement) (*Conn, *Transcript, error) {
	return d.dial(ctx, host, addr, port, byPolicy, r)
}

// Meets tells whether the open connection proves what another requirement asks, as it
// must before mail of another domain goes over it. An error is a *tlspolicy.Error.
func (c *Conn) Meets(r tlspolicy.Requirement) error {
	if r.Mode < tlspolicy.Encrypted {
		return nil
	}
	conn, ok := c.conn.(*tls.Conn)
	if !ok {
		return &tlspolicy.Error{Applied: r.Applied, Reason: tlspolicy.NoSTARTTLS, Detail: "the open connection is not encrypted"}
	}
	state := conn.ConnectionState()
	if state.ServerName != cmp.Or(r.SNI, c.host) {
		return &tlspolicy.Error{Applied: r.Applied, Reason: tlspolicy.Failed, Detail: "the open connection asked for another name"}
	}
	return r.Verify(&state, c.roots(), c.now())
}

func (c *Conn) roots() *x509.CertPool {
	if c.dialer.TLS == nil {
		return nil
	}
	return c.dialer.TLS.RootCAs
}

// now is the time by which certificates are judged.
func (c *Conn) now() time.Time {
	if c.dialer.TLS != nil && c.dialer.TLS.Time != nil {
		return c.dialer.TLS.Time()
	}
	return time.Now()
}

// settle tells what became of encryption to who wants to know, and words a failure as
// the policy's where that made TLS mandatory.
func (c *Conn) settle(ctx context.Context, err error) error {
	var failed *tlsError
	if err != nil && !errors.As(err, &failed) {
		return err // not about TLS
	}
	result := tlspolicy.Result{Applied: c.policy.Applied, Host: c.host, From: addrOf(c.tcp.LocalAddr()), To: addrOf(c.tcp.RemoteAddr())}
	switch {
	case failed != nil:
		result.Reason, result.Detail = failed.reason, failed.detail
	case c.tls.Version == "":
		result.Reason, result.Detail = tlspolicy.NoSTARTTLS, noSTARTTLS
	case c.trial != nil:
		result.Reason, result.Detail = c.trial.Reason, c.trial.Detail
	}
	if c.dialer.Report != nil && ctx.Err() == nil { // that we stopped is not the server's fault
		c.dialer.Report(result)
	}
	if failed != nil && c.policy.Mode >= tlspolicy.Encrypted {
		return &tlspolicy.Error{Applied: c.policy.Applied, Reason: failed.reason, Detail: failed.detail, Cause: failed.cause}
	}
	return err
}

func addrOf(a net.Addr) netip.Addr {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	return tcp.AddrPort().Addr().Unmap()
}

// noteTLS puts into the transcript why encryption failed.
func (c *Conn) noteTLS(err error) {
	var failed *tlsError
	var refused *tlspolicy.Error
	switch {
	case errors.As(err, &failed):
		c.transcript.note("TLS failed: " + failed.detail)
	case errors.As(err, &refused):
		c.transcript.note(refused.Error())
	}
}
