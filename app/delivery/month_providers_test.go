package delivery

import (
	"bufio"
	"context"
	"fmt"
	"hash/fnv"
	"strings"
	"sync"
	"time"

	"smtpserver/app/clock"
	"smtpserver/app/mail/reply"
	"smtpserver/app/message"
)

// temper is how a provider of the simulated month behaves. answer is asked per
// recipient and returns a reply, or "" for no connection; the provider is locked.
type temper struct {
	name    string
	most    int // connections at once; more are turned away
	answer  func(p *provider, now time.Time, d *message.Delivery) string
	profile Profile
}

// provider is one mail provider, in memory.
type provider struct {
	temper
	domain string

	mu                                                sync.Mutex
	open                                              int
	peak                                              int
	hour                                              map[time.Time]int    // messages taken or asked for in an hour
	first                                             map[string]time.Time // of a triplet
	tried                                             map[string]time.Time // last try by delivery
	verdict                                           map[string]string    // final answer by delivery
	gone                                              map[string]bool      // addresses that we know not to exist
	fruitless                                         map[time.Time]int    // tries per hour while no server answered
	attempts, delivered, bounced, deferred, throttles int
	waits                                             []time.Duration           // from acceptance to delivery
	broken                                            []string                  // rules of ours that were broken
	seen                                              map[string]map[string]int // recipients by our address and day
	minute                                            map[time.Time]int         // the same by minute
}

// Replies of the simulated servers.
const (
	taken    = "250 2.0.0 ok"
	tryLater = "451 4.3.0 try again later"
	slowDown = "421 4.7.28 our system has detected an unusual rate of mail from your address, slow down"
	tooMany  = "421 4.7.0 too many connections from your address"
	greyed   = "450 4.7.1 greylisted, please try again"
	unknown  = "550 5.1.1 no such user here"
	spam     = "554 5.7.1 message rejected as spam"
)

// portion is a number in [0, 1) that depends on the text alone.
func portion(text string) float64 {
	h := fnv.New32a()
	_, _ = h.Write([]byte(text))
	return float64(h.Sum32()%1000) / 1000
}

func always(text string) func(*provider, time.Time, *message.Delivery) string {
	return func(*provider, time.Time, *message.Delivery) string { return text }
}

func greylisting(wait time.Duration) func(*provider, time.Time, *message.Delivery) string {
	return func(p *provider, now time.Time, d *message.Delivery) string {
		triplet := string(d.AccountID) + d.RecipientKey
		if p.first[triplet].IsZero() {
			p.first[triplet] = now
		}
		if now.Sub(p.first[triplet]) < wait {
			return greyed
		}
		return taken
	}
}

func limitedTo(perHour int) func(*provider, time.Time, *message.Delivery) string {
	return func(p *provider, now time.Time, _ *message.Delivery) string {
		if p.hour[now.Truncate(time.Hour)] >= perHour {
			return slowDown
		}
		p.hour[now.Truncate(time.Hour)]++
		return taken
	}
}

// between answers so from one moment of the month to another.
func between(from, to time.Duration, text string) func(*provider, time.Time, *message.Delivery) string {
	return func(_ *provider, now time.Time, _ *message.Delivery) string {
		if since := now.Sub(monthBegin); since >= from && since < to {
			return text
		}
		return taken
	}
}

func deadAtNight(_ *provider, now time.Time, _ *message.Delivery) string {
	if now.Hour() < 6 {
		return ""
	}
	return taken
}

// some answers one text for a share of the recipients, or of the messages.
func some(part float64, text string, byMessage bool) func(*provider, time.Time, *message.Delivery) string {
	return func(_ *provider, _ time.Time, d *message.Delivery) string {
		key := d.RecipientKey
		if byMessage {
			key = string(d.ID)
		}
		if portion(key) < part {
			return text
		}
		return taken
	}
}

// moody defers a third of all tries.
func moody(p *provider, _ time.Time, d *message.Delivery) string {
	if portion(fmt.Sprint(d.ID, p.attempts)) < 0.33 {
		return tryLater
	}
	return taken
}

// monthProviders are the thirty.
func monthProviders() (all []*provider) {
	add := func(n int, t temper) {
		for range n {
			if t.profile.Connections == 0 {
				t.profile = Profile{Connections: 8, Start: 4, PerConnection: 100}
			}
			all = append(all, &provider{
				temper: t, domain: fmt.Sprintf("p%02d.example", len(all)+1), hour: map[time.Time]int{}, first: map[string]time.Time{},
				tried: map[string]time.Time{}, verdict: map[string]string{}, gone: map[string]bool{}, fruitless: map[time.Time]int{},
				seen: map[string]map[string]int{}, minute: map[time.Time]int{},
			})
		}
	}
	const day = 24 * time.Hour
	add(6, temper{name: "takes everything", answer: always(taken)})
	add(2, temper{name: "wants 600 a minute", answer: always(taken), profile: Profile{Connections: 8, Start: 4, PerConnection: 100, PerMinute: 600}})
	add(2, temper{name: "greylists for 5 minutes", answer: greylisting(5 * time.Minute)})
	add(2, temper{name: "greylists for 1 hour", answer: greylisting(time.Hour)})
	add(2, temper{name: "takes 4 an hour", answer: limitedTo(4)})
	add(2, temper{name: "takes 10 an hour", answer: limitedTo(10)})
	add(1, temper{name: "one connection at once", most: 1, answer: always(taken)})
	add(2, temper{name: "two connections at once", most: 2, answer: always(taken), profile: Profile{Connections: 2, Start: 2, PerConnection: 50}})
	add(1, temper{name: "dead every night", answer: deadAtNight})
	add(1, temper{name: "dead for two days", answer: between(9*day, 11*day, "")})
	add(1, temper{name: "dead for ever", answer: always("")})
	add(2, temper{name: "defers a third of all tries", answer: moody})
	add(3, temper{name: "a tenth of the addresses is unknown", answer: some(0.1, unknown, false)})
	add(2, temper{name: "calls a twentieth spam", answer: some(0.05, spam, true)})
	add(1, temper{name: "too busy for two days", answer: between(14*day, 16*day, tryLater)})
	return all
}

// simulated is the transport of the month.
type simulated struct {
	clock     *clock.Fake
	providers map[string]*provider
	network   *Network // only its choice of our addresses
}

func (s *simulated) Close()                                                       {}
func (s *simulated) Profile(destination string) Profile                           { return s.providers[destination].profile }
func (s *simulated) Destination(_ context.Context, domain string) (string, error) { return domain, nil }
func (s *simulated) Narrow(string, int) int                                       { return 0 }
func (s *simulated) Courier(destination string, _ Profile, _ func() int) Courier {
	return &simulatedCourier{s.clock, s.providers[destination], false, &networkCourier{Network: s.network, destination: destination}}
}

// simulatedCourier connects at its first message and stays connected.
type simulatedCourier struct {
	clock     *clock.Fake
	p         *provider
	connected bool
	source    *networkCourier
}

func (c *simulatedCourier) Close() {
	c.p.mu.Lock()
	defer c.p.mu.Unlock()
	if c.connected {
		c.p.open--
		c.connected = false
	}
}

func (c *simulatedCourier) Deliver(ctx context.Context, parcel *Parcel) Report {
	if failure := c.source.chooseSource(ctx, parcel); failure != nil {
		return *failure
	}
	report := c.talk(parcel)
	c.source.giveBack(ctx, report)
	return report
}

func (c *simulatedCourier) talk(parcel *Parcel) Report {
	p, now := c.p, c.clock.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	report := Report{Attempt: message.Attempt{Host: "mx." + p.domain, StartedAt: now}}
	if !c.connected {
		c.connected = true
		p.open++
		p.peak = max(p.peak, p.open)
	}
	for _, d := range parcel.Recipients {
		p.check(now, d)
		text := p.answer(p, now, d)
		if p.most > 0 && p.open > p.most {
			text = tooMany
		}
		if text == "" {
			p.fruitless[now.Truncate(time.Hour)]++
			report.Unreachable, report.Cause = true, "connection refused"
			report.Outcomes = append(report.Outcomes, Outcome{State: message.Deferred, Class: message.ClassOurs, Reply: "connection refused", Reason: "No server took a connection."})
			continue
		}
		if err := parcel.BeforeDot(); err != nil {
			return Report{Untried: true}
		}
		o := judge(parsed(text), "mx."+p.domain)
		p.note(now, d, o)
		p.see(now, c.source.from.Address)
		report.Outcomes = append(report.Outcomes, o)
	}
	return report
}

func parsed(text string) *reply.Reply {
	r, err := reply.Read(bufio.NewReader(strings.NewReader(text + "\r\n")))
	if err != nil {
		panic(err) // a reply of this file
	}
	return r
}

// check holds a try to the rules that we owe every provider.
func (p *provider) check(now time.Time, d *message.Delivery) {
	p.attempts++
	rule := func(broken bool, text string) {
		if broken {
			p.broken = append(p.broken, fmt.Sprintf("%s: %s, %s", now.Format(time.DateTime), text, d.Recipient))
		}
	}
	key := string(d.ID)
	last := p.tried[key]
	rule(p.verdict[key] != "", "tried again after "+p.verdict[key])
	rule(!last.IsZero() && now.Sub(last) < firstRetry, "tried again before five minutes")
	rule(p.gone[string(d.AccountID)+string(d.Stream)+d.RecipientKey], "an address that does not exist was mailed again")
	rule(now.After(d.ExpiresAt.Add(time.Hour)), "tried after its time was over")
	rule(p.open > p.profile.Connections, "more connections than the profile allows")
	p.tried[key] = now
}

func (p *provider) note(now time.Time, d *message.Delivery, o Outcome) {
	switch {
	case o.State == message.Delivered:
		p.delivered++
		p.waits = append(p.waits, now.Sub(d.CreatedAt))
	case o.State == message.Bounced:
		p.bounced++
		if o.Suppress {
			p.gone[string(d.AccountID)+string(d.Stream)+d.RecipientKey] = true
		}
	case o.Throttled:
		p.throttles++
	default:
		p.deferred++
	}
	if o.State.Final() {
		p.verdict[string(d.ID)] = string(o.State)
	}
}

// see counts a recipient that one of our addresses asked for.
func (p *provider) see(now time.Time, address string) {
	if p.seen[address] == nil {
		p.seen[address] = map[string]int{}
	}
	p.seen[address][now.Format(time.DateOnly)]++
	p.minute[now.Truncate(time.Minute)]++
	if n := p.minute[now.Truncate(time.Minute)]; p.profile.PerMinute > 0 && n > p.profile.PerMinute+p.profile.PerMinute/60 {
		p.broken = append(p.broken, fmt.Sprintf("%s: %d in this minute", now.Format(time.DateTime), n))
	}
}
