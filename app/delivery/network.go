package delivery

import (
	"context"
	"crypto/tls"
	"errors"
	"net/url"
	"strconv"
	"time"

	"smtpserver/app/mail/mx"
	"smtpserver/app/mail/reply"
	"smtpserver/app/mail/resolver"
	"smtpserver/app/mail/smtpclient"
	"smtpserver/app/message"
)

// perConnection is how many messages go over one connection; Yahoo suggests 20,
// which larger receivers tell us anyway by 421.
const perConnection = 100

// Bounds of one search for a server that answers.
const (
	hostsPerAttempt   = 5
	addressesPerHost  = 3
	mxConnections     = 8
	smarthostConnects = 16
)

// Network delivers over SMTP, to the recipients' servers or to a smart host.
type Network struct {
	Resolver  resolver.Resolver
	Dialer    smtpclient.Dialer
	Port      int      // of recipients' servers
	Smarthost *url.URL // nil: to the recipients' servers
	TLS       *tls.Config
}

// Connections implements Transport.
func (n *Network) Connections() int {
	if n.Smarthost != nil {
		return smarthostConnects
	}
	return mxConnections
}

// Courier implements Transport.
func (n *Network) Courier(destination string) Courier {
	return &networkCourier{Network: n, destination: destination}
}

type networkCourier struct {
	*Network
	destination string
	conn        *smtpclient.Conn
	opening     *smtpclient.Transcript // shown with the first message of a connection
}

// Close implements Courier.
func (c *networkCourier) Close() {
	if c.conn != nil {
		c.conn.Close()
		c.conn = nil
	}
}

// Deliver implements Courier.
func (c *networkCourier) Deliver(ctx context.Context, p *Parcel) Report {
	began := time.Now()
	reused := c.ready()
	if !reused {
		if report, ok := c.connect(ctx, p); !ok {
			return c.finish(report, began)
		}
	}
	res := c.send(ctx, p)
	if reused && errors.Is(res.Err, smtpclient.ErrStale) {
		// The server closed the idle connection; that is no attempt at this message.
		c.Close()
		if report, ok := c.connect(ctx, p); !ok {
			return c.finish(report, began)
		}
		res = c.send(ctx, p)
	}
	return c.finish(c.report(res), began)
}

func (c *networkCourier) ready() bool {
	if c.conn != nil && c.conn.Usable() && c.conn.Sent() < perConnection {
		return true
	}
	c.Close()
	return false
}

func (c *networkCourier) finish(r Report, began time.Time) Report {
	r.Attempt.StartedAt = began.UTC().Truncate(time.Microsecond)
	r.Attempt.DurationUS = time.Since(began).Microseconds()
	return r
}

func (c *networkCourier) send(ctx context.Context, p *Parcel) smtpclient.Result {
	m := &smtpclient.Message{
		From: p.ReturnPath, Content: [][]byte{p.Signature, p.Content}, SMTPUTF8: p.Message.SMTPUTF8, EightBit: p.Message.EightBit,
		Ret: p.Message.DSNRet, EnvID: p.Message.DSNEnvID, BeforeDot: p.BeforeDot,
	}
	for _, d := range p.Recipients {
		path, err := smtpclient.Path(d.Recipient)
		if err != nil {
			return smtpclient.Result{Err: err, Replies: make([]*reply.Reply, len(p.Recipients))}
		}
		m.Recipients = append(m.Recipients, smtpclient.Recipient{Path: path, Notify: d.Notify, ORCPT: d.ORCPT})
	}
	return c.conn.Send(ctx, m)
}

// report words the result of a conversation.
func (c *networkCourier) report(res smtpclient.Result) Report {
	r := Report{Attempt: message.Attempt{Host: c.conn.Host(), RemoteAddr: c.conn.Remote(), LocalAddr: c.conn.Local(), TLS: c.conn.TLS()}}
	if res.Held {
		return Report{Untried: true}
	}
	r.Attempt.Transcript = append(lines(c.opening), lines(c.conn.Transcript())...)
	c.opening = nil
	for _, own := range res.Replies {
		switch {
		case own != nil && (res.Err == nil || !own.Positive()):
			r.Outcomes = append(r.Outcomes, judge(own, c.conn.Host()))
		case res.Err != nil:
			r.Outcomes = append(r.Outcomes, broken(res.Err, res.Dotted, c.conn.Host()))
		default:
			r.Outcomes = append(r.Outcomes, broken(errNoReply, false, c.conn.Host()))
		}
	}
	return r
}

var errNoReply = errors.New("the server gave no answer for this recipient")

func lines(t *smtpclient.Transcript) (out []message.Line) {
	if t == nil {
		return nil
	}
	for _, l := range t.Lines {
		out = append(out, message.Line{AtMS: l.At.Milliseconds(), Side: string(l.Side), Text: l.Text})
	}
	return out
}

// connect opens a connection to the first server that takes one. When none does,
// the report says what that means for the parcel.
func (c *networkCourier) connect(ctx context.Context, p *Parcel) (Report, bool) {
	if c.Smarthost != nil {
		return c.connectSmarthost(ctx, p)
	}
	hosts, err := mx.Lookup(ctx, c.Resolver, c.destination)
	if err != nil {
		return c.noServers(p, err), false
	}
	last := Report{Attempt: message.Attempt{Host: c.destination}}
	var lastErr error
	for _, host := range hosts[:min(len(hosts), hostsPerAttempt)] {
		addrs, err := mx.Addresses(ctx, c.Resolver, host)
		if err != nil {
			lastErr = err
			last.Attempt.Transcript = append(last.Attempt.Transcript, message.Line{Side: "-", Text: host + ": " + err.Error()})
			continue
		}
		for _, addr := range addrs[:min(len(addrs), addressesPerHost)] {
			conn, tr, err := c.Dialer.Dial(ctx, host, addr, c.Port, smtpclient.Opportunistic)
			if errors.Is(err, smtpclient.ErrTLS) {
				// Opportunistic TLS: better in the clear than not at all (RFC 7435 §3).
				last.Attempt.Transcript = append(last.Attempt.Transcript, lines(tr)...)
				conn, tr, err = c.Dialer.Dial(ctx, host, addr, c.Port, smtpclient.Clear)
			}
			if err == nil {
				c.conn, c.opening = conn, tr
				return Report{}, true
			}
			lastErr = err
			last.Attempt.Host, last.Attempt.RemoteAddr = host, addr.String()
			last.Attempt.Transcript = append(last.Attempt.Transcript, lines(tr)...)
		}
	}
	return c.unreachable(p, last, lastErr), false
}

// noServers is for a domain that DNS gives no servers for.
func (c *networkCourier) noServers(p *Parcel, err error) Report {
	r := Report{Attempt: message.Attempt{Transcript: []message.Line{{Side: "-", Text: err.Error()}}}}
	o := Outcome{State: message.Deferred, Class: message.ClassOurs, Reply: err.Error(), Reason: "DNS did not tell us the servers of " + c.destination + "."}
	var f *mx.Failure
	if errors.As(err, &f) {
		o.Reason, o.Reply = f.Reason, f.Reply.Error()
		if f.Reply.Permanent() {
			o.State, o.Class, o.Suppress = message.Bounced, message.ClassRecipient, true
		}
	}
	for range p.Recipients {
		r.Outcomes = append(r.Outcomes, o)
	}
	r.Unreachable = o.State == message.Deferred
	return r
}

// unreachable is for servers none of which took the connection.
func (c *networkCourier) unreachable(p *Parcel, r Report, cause error) Report {
	o := Outcome{State: message.Deferred, Class: message.ClassOurs, Reason: "No server of " + c.destination + " took a connection."}
	var refused *smtpclient.RefusedError
	var none *resolver.NotFound
	switch {
	case errors.As(cause, &refused):
		o.Reply, o.Reason = refused.Reply.Error(), "The server of "+c.destination+" did not greet us."
	case errors.As(cause, &none):
		o.Reply = cause.Error()
		o.Reason = "The mail servers that " + c.destination + " names have no address."
	case errors.Is(cause, smtpclient.ErrPrivate):
		o.Reply, o.Reason = "address refused", "The server of "+c.destination+" has a private address, to which nothing is sent."
	case cause != nil:
		o.Reply = "no connection"
	}
	for range p.Recipients {
		r.Outcomes = append(r.Outcomes, o)
	}
	r.Unreachable = true
	return r
}

// connectSmarthost opens a connection to the smart host, which the operator named,
// so that a private address is fine. A password goes only through verified TLS.
func (c *networkCourier) connectSmarthost(ctx context.Context, p *Parcel) (Report, bool) {
	u := c.Smarthost
	mode, port := smtpclient.Opportunistic, 587
	if u.User != nil {
		mode = smtpclient.Required
	}
	if u.Scheme == "smtps" {
		mode, port = smtpclient.Implicit, 465
	}
	if given, err := strconv.Atoi(u.Port()); err == nil {
		port = given
	}
	last := Report{Attempt: message.Attempt{Host: u.Hostname()}}
	addrs, err := mx.Addresses(ctx, c.Resolver, u.Hostname())
	if err != nil {
		return c.unreachable(p, last, err), false
	}
	dialer := c.Dialer
	dialer.AllowPrivate = true
	var lastErr error
	for _, addr := range addrs[:min(len(addrs), addressesPerHost)] {
		conn, tr, err := dialer.Dial(ctx, u.Hostname(), addr, port, mode)
		if err == nil && u.User != nil {
			password, _ := u.User.Password()
			if err = conn.Auth(u.User.Username(), password); err != nil {
				conn.Close()
			}
		}
		if err == nil {
			c.conn, c.opening = conn, tr
			return Report{}, true
		}
		lastErr = err
		last.Attempt.Transcript = append(last.Attempt.Transcript, lines(tr)...)
	}
	r := c.unreachable(p, last, lastErr)
	for i := range r.Outcomes {
		r.Outcomes[i].Reason = "Our relay " + u.Hostname() + " took no connection."
	}
	return r, false
}
