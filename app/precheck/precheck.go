package precheck

import (
	"context"
	"net/http"
	"sync"
	"time"

	"smtpserver/app/clock"
	"smtpserver/app/domain"
	"smtpserver/app/memo"
)

// Verdict is what a check found.
type Verdict string

// The verdicts. Bad keeps a campaign from starting.
const (
	Good    Verdict = "good"
	Warn    Verdict = "warn"
	Bad     Verdict = "bad"
	Unknown Verdict = "unknown"
)

// Check is one thing that was looked at.
type Check struct {
	Name    Name
	Verdict Verdict
	Words   string   // what was found
	Remedy  string   // what to do about it; "" for nothing
	Details []string // the single things: links, fields
}

// Name names a check, also in pages.
type Name string

// The checks, in the order of the page.
const (
	Authentication Name = "authentication"
	Unsubscribe    Name = "unsubscribe"
	OneClick       Name = "one_click"
	Postal         Name = "postal"
	Targets        Name = "targets"
	Links          Name = "links"
	Images         Name = "images"
	Size           Name = "size"
	Fields         Name = "fields"
	Spam           Name = "spam"
)

// Mail is what is judged: the campaign as its sample recipient would get it.
type Mail struct {
	Domain    domain.Detail // that it comes from; zero: none is chosen
	HTML      string
	Text      string
	Leaving   []string          // links by which people leave, as they stand in this mail
	Address   []string          // parts of the sender's postal address that must be readable; none: not on file
	HTTPS     bool              // our own links are https, as one-click needs (RFC 8058 §3.1)
	Missing   map[string]int    // merge field: how many of the sample lack it
	Sample    int               // contacts that were asked for their fields
	Unfilled  []string          // merge fields that no contact can have
	Stopped   func(string) bool // whether links must not lead to an address; nil: none is stopped
	Transport []byte            // the whole message, for the spam filter; nil: not asked
}

// Options is what the checks are made with.
type Options struct {
	Clock  clock.Clock
	HTTP   *http.Client // never reaches inwards: NewClient
	Rspamd *Rspamd      // nil: not configured
}

// Checker makes the checks. Safe for concurrent use.
type Checker struct {
	http   *http.Client
	rspamd *Rspamd
	seen   *memo.Memo[target, sight]
}

// remembered is how long what was seen of a link counts: a page that is looked at again
// asks nobody.
const remembered = 5 * time.Minute

// New returns a checker.
func New(o Options) *Checker {
	return &Checker{http: o.HTTP, rspamd: o.Rspamd, seen: memo.New[target, sight](o.Clock, remembered, 5000)}
}

// longest bounds all that is asked of others.
const longest = 15 * time.Second

// Run makes every check, in the order of the page.
func (c *Checker) Run(ctx context.Context, m Mail) []Check {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	checks := Local(m)
	var links, images, spam Check
	var work sync.WaitGroup
	work.Go(func() { links, images = c.references(ctx, m) })
	work.Go(func() { spam = c.spam(ctx, m) })
	work.Wait()
	out := make([]Check, 0, len(checks)+3)
	for _, check := range checks {
		if check.Name == Size {
			out = append(out, links, images)
		}
		out = append(out, check)
	}
	return append(out, spam)
}

// Local makes the checks that ask nobody. They alone decide whether a campaign may start,
// so that no stranger's server has a say in that.
func Local(m Mail) []Check {
	return []Check{authentication(m.Domain), unsubscribe(m), oneClick(m), postal(m), targets(m), size(m), fields(m)}
}

// Blocking returns what keeps the campaign from starting.
func Blocking(checks []Check) (bad []Check) {
	for _, c := range checks {
		if c.Verdict == Bad {
			bad = append(bad, c)
		}
	}
	return bad
}
