package pages

import (
	"fmt"
	"strings"
	"time"

	"smtpserver/views/components"
	"smtpserver/views/urls"
)

// fresh reports whether the account has not sent anything yet: figures would all
// be nought, so the page shows the way instead.
func (v DashboardShow) fresh() bool {
	return v.Period.Accepted == 0 && v.Today.Accepted == 0 && len(v.Latest) == 0
}

// headline is the page's first sentence. It claims no more than the counts hold.
func (v DashboardShow) headline() string {
	today := v.Today
	switch {
	case v.fresh() && v.User != nil:
		return "Welcome, " + firstWord(v.User.Name) + "."
	case v.fresh():
		return "Welcome."
	case today.Accepted == 0:
		return "Nothing was sent today."
	case v.OldestWaiting > time.Hour:
		return "Some mail waits longer than usual."
	case today.Delivered == today.Accepted:
		return "Everything sent today arrived."
	case today.Waiting() > 0 && today.tried() == today.Delivered:
		return "Mail is on its way; nothing has failed."
	case today.tried() == 0:
		return "Nothing sent today was delivered."
	case today.Expired == 0 && today.Bounced > 0 && today.Bounced == v.UnknownUsers:
		return "Everything sent to existing mailboxes arrived."
	case today.Delivered*100 >= today.tried()*95:
		return "Nearly everything sent today arrived."
	}
	return components.Plural(today.Bounced+today.Expired, "message", "messages") + " did not arrive today."
}

// detail says in a few sentences what the headline rests on.
func (v DashboardShow) detail() string {
	today := v.Today
	if v.fresh() {
		return "Three steps to your first message. Each is ticked as soon as we see it happen."
	}
	var said []string
	if today.Accepted > 0 {
		said = append(said, fmt.Sprintf("%s of %s delivered.", components.Count(today.Delivered), components.Count(today.Accepted)))
		said = append(said, v.bounces())
		said = append(said, some(today.Expired, "could not be delivered in time."), some(today.Suppressed, "not attempted, because the address is suppressed."),
			some(today.Cancelled, "cancelled."))
	}
	said = append(said, v.waiting())
	return strings.Join(strings.Fields(strings.Join(said, " ")), " ")
}

func (v DashboardShow) bounces() string {
	bounced := v.Today.Bounced
	switch {
	case bounced == 0:
		return ""
	case v.UnknownUsers == bounced && bounced == 1:
		return "1 bounced: no such mailbox."
	case v.UnknownUsers == bounced:
		return components.Count(bounced) + " bounced, all unknown users."
	case v.UnknownUsers == 0:
		return components.Count(bounced) + " bounced."
	}
	return fmt.Sprintf("%s bounced, %s of them unknown users.", components.Count(bounced), components.Count(v.UnknownUsers))
}

func (v DashboardShow) waiting() string {
	n := v.Period.Waiting()
	switch {
	case n == 0:
		return "Nothing is waiting."
	case v.OldestWaiting < 2*time.Minute:
		return "Nothing is waiting longer than two minutes."
	case n == 1:
		return "1 is waiting, for " + components.Span(v.OldestWaiting) + " now."
	}
	return components.Count(n) + " are waiting, the longest for " + components.Span(v.OldestWaiting) + "."
}

func some(n int64, what string) string {
	if n == 0 {
		return ""
	}
	return components.Count(n) + " " + what
}

func firstWord(name string) string {
	if words := strings.Fields(name); len(words) > 0 {
		return words[0]
	}
	return name
}

// tried are those that came to an end at a recipient's server: what rates are of.
func (c Counts) tried() int64 { return c.Delivered + c.Bounced + c.Expired }

// Where a rate of bounces begins to harm: rules of thumb of the large mailbox
// providers. The gauge ends a little above the second.
const (
	bounceWary    = 0.02
	bounceRefused = 0.05
	bounceScale   = 0.06
)

// figures are the three of the last 30 days.
func (v DashboardShow) figures() []components.Stat {
	p := v.Period
	tried := p.tried()
	since := ""
	if len(v.Days) > 0 {
		since = v.Days[0].Day.UTC().Format(time.DateOnly)
	}
	list := func(state string) string { return urls.WithQuery(v.URLs().Messages(), "state", state, "from", since) }
	rate := share(p.Bounced, tried)
	tone := components.ToneGood
	switch {
	case rate >= bounceRefused:
		tone = components.ToneBad
	case rate >= bounceWary:
		tone = components.ToneWarn
	}
	return []components.Stat{
		{Label: "Delivered", Note: "30 days", Value: components.Percent(p.Delivered, tried), Unit: "of " + components.Count(tried), Fill: share(p.Delivered, tried),
			Tone: components.ToneGood, Caption: v.comparison(), URL: list("delivered")},
		{Label: "Bounced", Note: "30 days", Value: components.Percent(p.Bounced, tried), Unit: components.Plural(p.Bounced, "message", "messages"), Fill: rate / bounceScale,
			Tone: tone, Marks: []components.Mark{{At: bounceWary / bounceScale}, {At: bounceRefused / bounceScale, Bad: true}},
			Caption: "providers get wary at 2 %, refuse at 5 %", URL: list("bounced")},
		{Label: "On the way", Note: "now", Value: components.Count(p.Waiting()), Unit: onTheWay(p.Waiting()),
			Caption: v.longest(), URL: list("queued")},
	}
}

func onTheWay(n int64) string {
	if n == 1 {
		return "message"
	}
	return "messages"
}

func (v DashboardShow) longest() string {
	if v.Period.Waiting() == 0 {
		return "all earlier mail has an outcome"
	}
	if v.OldestWaiting < time.Second {
		return "just accepted"
	}
	return "the longest for " + components.Span(v.OldestWaiting)
}

// comparison sets the rate of delivery against the 30 days before.
func (v DashboardShow) comparison() string {
	if v.Before.tried() == 0 {
		return "no mail in the 30 days before"
	}
	points := 100 * (share(v.Period.Delivered, v.Period.tried()) - share(v.Before.Delivered, v.Before.tried()))
	switch {
	case points >= 0.05:
		return fmt.Sprintf("%.1f points better than the 30 days before", points)
	case points <= -0.05:
		return fmt.Sprintf("%.1f points worse than the 30 days before", -points)
	}
	return "the same as in the 30 days before"
}

func share(part, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// chart draws the days.
func (v DashboardShow) chart() components.Chart {
	c := components.Chart{Label: "Messages per day over the last 30 days", GoodWord: "delivered", BadWord: "bounced"}
	for i, d := range v.Days {
		bar := components.Bar{Label: d.Day.UTC().Format("2 Jan"), Good: d.Delivered, Bad: d.Bounced}
		if i == len(v.Days)-1 {
			bar.Label, bar.Now = "Today", true
		}
		c.Bars = append(c.Bars, bar)
	}
	return c
}

// subjectOf is never empty, because it is also the link.
func subjectOf(m MessageRow) string {
	if strings.TrimSpace(m.Subject) == "" {
		return "(no subject)"
	}
	return m.Subject
}
