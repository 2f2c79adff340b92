package delivery

import (
	"context"
	"errors"
	"net/url"
	"sync"
	"time"

	"smtpserver/app/clock"
	"smtpserver/app/mail/mx"
	"smtpserver/app/mail/reply"
	"smtpserver/app/mail/smtpclient"
	"smtpserver/app/mail/tlspolicy"
	"smtpserver/app/memo"
	"smtpserver/app/message"
	"smtpserver/app/sending"
)

// Bounds of one search for a server that answers.
const (
	hostsPerAttempt  = 5
	addressesPerHost = 3
)

// Network delivers over SMTP, to the recipients' servers or to a smart host.
type Network struct {
	Router    *mx.Router
	Dialer    smtpclient.Dialer
	Port      int      // of recipients' servers
	Smarthost *url.URL // nil: to the recipients' servers
	Policies  Policies // of recipient domains for TLS; nil: none has one
	Sources   Sources  // our addresses; nil: the system chooses
	Clock     clock.Clock

	pool     pool
	once     sync.Once
	required *memo.Memo[exchange, tlspolicy.Requirement]
}

// Destination implements Transport: domains whose exchangers are run by one provider
// go together.
func (n *Network) Destination(ctx context.Context, domain string) (string, error) {
	if n.Smarthost != nil {
		return Relay, nil
	}
	hosts, err := n.Router.Route(ctx, domain)
	if err != nil {
		return domain, err
	}
	if provider := mx.Provider(hosts); provider != "" {
		return via + provider, nil
	}
	return domain, nil
}

// Profile implements Transport.
func (*Network) Profile(destination string) Profile { return profileOf(destination) }

// Courier implements Transport.
func (n *Network) Courier(destination string, p Profile, most func() int) Courier {
	return &networkCourier{Network: n, destination: destination, profile: p, most: most}
}

// Narrow implements Transport.
func (n *Network) Narrow(destination string, most int) (open int) {
	n.pool.trim(destination, most)
	return n.pool.count(destination)
}

// Close implements Transport.
func (n *Network) Close() { n.pool.close() }

type networkCourier struct {
	*Network
	destination string
	profile     Profile
	most        func() int // connections that may be open
	link        *link      // as used last
	from        sending.Address
	taken       int // of its allowance
}

// Close implements Courier: the connection waits for the next run.
func (c *networkCourier) Close() {
	if c.link != nil {
		c.pool.put(c.link, c.profile.PerConnection, c.most())
		c.link = nil
	}
}

// mostStale bounds how many connections that turn out to be closed are tried: each may
// come from the pool.
const mostStale = 4

// Deliver implements Courier.
func (c *networkCourier) Deliver(ctx context.Context, p *Parcel) Report {
	began := time.Now()
	if failure := c.chooseSource(ctx, p); failure != nil {
		return *failure
	}
	report, ok := c.deliver(ctx, p)
	for stale := 0; !ok; stale++ {
		// The server closed the idle connection; that is no attempt at this message.
		if stale == mostStale {
			report = c.unreachable(p, Report{Attempt: message.Attempt{Host: c.destination}}, smtpclient.ErrStale)
			break
		}
		report, ok = c.deliver(ctx, p)
	}
	c.giveBack(ctx, report)
	report.Attempt.StartedAt = began.UTC().Truncate(time.Microsecond)
	report.Attempt.DurationUS = time.Since(began).Microseconds()
	return report
}

// deliver tries once; not ok means that the connection was stale.
func (c *networkCourier) deliver(ctx context.Context, p *Parcel) (Report, bool) {
	reused, failure := c.connect(ctx, p)
	if failure != nil {
		return *failure, true
	}
	res := c.send(ctx, p)
	if reused && errors.Is(res.Err, smtpclient.ErrStale) {
		c.link.Close()
		c.link = nil
		return Report{}, false
	}
	return c.report(res), true
}

// connect makes c.link a connection for the parcel: the present one, one that waits,
// or a new one. When there is none, the report says what that means.
func (c *networkCourier) connect(ctx context.Context, p *Parcel) (reused bool, failure *Report) {
	way, failure := c.way(ctx, p)
	if failure != nil {
		return false, failure
	}
	if c.link != nil && c.link.key.source == c.from.Source() && way.fits(c.link.key) && c.link.Usable() && c.link.Sent() < c.profile.PerConnection && c.meets(ctx, p) {
		return true, nil
	}
	c.Close()
	if c.link = c.pool.take(way.keys(c.destination, c.from.Source())); c.link != nil && c.meets(ctx, p) {
		return true, nil
	}
	c.Close()
	return false, way.open(ctx, c, p)
}

// meets reports whether the open connection proves what the parcel's domain asks: it
// may have been opened for another domain of the same server.
func (c *networkCourier) meets(ctx context.Context, p *Parcel) bool {
	if c.link.key.relay != "" {
		return true
	}
	r, err := c.requires(ctx, p.Domain, c.link.Host())
	return err == nil && c.link.Meets(r) == nil
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
	return c.link.Send(ctx, m)
}

// report words the result of a conversation.
func (c *networkCourier) report(res smtpclient.Result) Report {
	conn := c.link
	r := Report{Attempt: message.Attempt{Host: conn.Host(), RemoteAddr: conn.Remote(), LocalAddr: conn.Local(), TLS: conn.TLS()}}
	if res.Held {
		return Report{Untried: true}
	}
	r.Attempt.Transcript = append(lines(conn.opening), lines(conn.Transcript())...)
	conn.opening = nil
	for _, own := range res.Replies {
		switch {
		case own != nil && (res.Err == nil || !own.Positive()):
			o := judge(own, conn.Host())
			_, o.Reports = conn.Extension("DSN")
			r.Outcomes = append(r.Outcomes, o)
		case res.Err != nil:
			r.Outcomes = append(r.Outcomes, broken(res.Err, res.Dotted, conn.Host()))
		default:
			r.Outcomes = append(r.Outcomes, broken(errNoReply, false, conn.Host()))
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
