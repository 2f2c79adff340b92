package delivery

import (
	"context"
	"errors"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"smtpserver/app/mail/mx"
	"smtpserver/app/mail/resolver"
	"smtpserver/app/mail/smtpclient"
	"smtpserver/app/mail/verdict"
	"smtpserver/app/message"
)

// relay is a server of the operator's choice that takes what is for others. What the
// recipients' domains ask of connections is its affair.
type relay struct {
	url      *url.URL
	name     string // for people
	revision string // with another, other connections
}

// byRelay begins a cause that came from a relay and not from the destination.
const byRelay = "our relay: "

func relayName(destination string) string {
	if destination == Relay {
		return "our relay"
	}
	return "our relay for " + DestinationName(destination)
}

func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

func (p *Parcel) relayed() bool { return p.Detour.Relay != nil }

// blame marks a cause with who it came from.
func (p *Parcel) blame(cause string) string {
	if p.relayed() {
		return byRelay + cause
	}
	return cause
}

// line names what a dead server makes dead.
func (p *Parcel) line() string { return p.Domain + " " + p.Detour.revision }

// server names who is asked, and noAnswer that none took a connection.
func (p *Parcel) server() string {
	if p.relayed() {
		return capital(relayName(p.Detour.Destination))
	}
	return "The server of " + p.Domain
}

func (p *Parcel) noAnswer() string {
	if p.relayed() {
		return p.server() + " took no connection"
	}
	return "No server of " + p.Domain + " took a connection"
}

// relay is what a parcel goes through; nil: it goes to the recipients' servers.
func (c *networkCourier) relay(p *Parcel) *relay {
	switch {
	case p.relayed():
		return &relay{p.Detour.url(), relayName(p.Detour.Destination), p.Detour.revision}
	case c.Smarthost != nil:
		return &relay{c.Smarthost, "our relay", Relay}
	}
	return nil
}

// url is the relay's with its password.
func (d Detour) url() *url.URL {
	u := *d.Relay
	if d.secret != nil {
		u.User = url.UserPassword(u.User.Username(), *d.secret)
	}
	return &u
}

// errSealed is a password that SECRET_KEY does not open.
var errSealed = errors.New("delivery: the password of the relay cannot be opened")

// way finds the relay's addresses.
func (l *relay) way(ctx context.Context, c *networkCourier, p *Parcel) (way, *Report) {
	host := mx.Host{Name: l.url.Hostname()}
	var err error
	if host.Addrs, err = mx.Addresses(ctx, c.Router.Resolver, host.Name); p.Detour.closed {
		err = errSealed
	}
	if err != nil {
		r := l.trouble(c, p, Report{Attempt: message.Attempt{Host: host.Name}}, err)
		return way{}, &r
	}
	return way{hosts: []mx.Host{host}, relay: l}, nil
}

// dial connects to the relay, which the operator named, so that a private address is fine.
// A password goes only through verified TLS.
func (l *relay) dial(dialer smtpclient.Dialer) dialing {
	return func(ctx context.Context, host string, addr netip.Addr) (*smtpclient.Conn, *smtpclient.Transcript, error) {
		mode := smtpclient.Opportunistic
		switch {
		case l.url.Scheme == "smtps":
			mode = smtpclient.Implicit
		case l.url.User != nil:
			mode = smtpclient.Required
		}
		dialer.AllowPrivate = true
		conn, tr, err := dialer.Dial(ctx, host, addr, relayPort(l.url.Scheme, l.url.Port()), mode)
		if err == nil && l.url.User != nil {
			password, _ := l.url.User.Password()
			if err = conn.Auth(l.url.User.Username(), password); err != nil {
				conn.Close()
				err = &signInError{err}
			}
		}
		return conn, tr, err
	}
}

// signInError is what came of our name and password.
type signInError struct{ cause error }

// Error implements error.
func (e *signInError) Error() string { return e.cause.Error() }

// Unwrap returns the cause.
func (e *signInError) Unwrap() error { return e.cause }

// trouble words why the relay did not take a connection. What it said to our password is
// not repeated: it may be in there.
func (l *relay) trouble(c *networkCourier, p *Parcel, r Report, cause error) Report {
	name := capital(l.name)
	o := about(verdict.Unreachable, r.Attempt.Host, message.Deferred, name+" took no connection. We try again.")
	o.Reply, o.NextStep = "no connection", ""
	var refused *smtpclient.RefusedError
	var signIn *signInError
	var none *resolver.NotFound
	switch {
	case errors.Is(cause, errSealed):
		o.Reply, o.Reason = "password not known", "The password of "+l.name+" cannot be opened any more. The operator has to give it again; then we try again."
	case errors.As(cause, &signIn) && errors.As(cause, &refused):
		o.Reply = strings.TrimSpace(strconv.Itoa(refused.Reply.Code) + " " + refused.Reply.Enhanced.String())
		o.Reason = name + " did not take our name and password. The operator has to correct them; then we try again."
		if refused.Reply.Temporary() {
			o.Reason = name + " could not look at our name and password just now. We try again."
		}
	case errors.Is(cause, smtpclient.ErrNoAuth):
		o.Reply, o.Reason = "no AUTH", name+" offers no way to sign in, although we have a password for it. We try again."
	case errors.Is(cause, smtpclient.ErrTLS):
		o.Reply, o.Reason = "TLS failed", name+" gave no encryption with a valid certificate, and is not used without. We try again."
	case errors.As(cause, &refused):
		o.Reply, o.Reason = refused.Reply.Error(), name+" did not greet us. We try again."
	case errors.As(cause, &none):
		o.Reply, o.Reason = cause.Error(), "The name of "+l.name+" has no address. We try again."
	}
	return c.same(p, r, o)
}

// relayPort is where a relay listens when its URL does not say.
func relayPort(scheme, port string) int {
	if n, err := strconv.Atoi(port); err == nil {
		return n
	}
	if scheme == "smtps" {
		return 465
	}
	return 587
}
