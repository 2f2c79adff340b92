package pages

import (
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
)

// CampaignSum is one number of the sum.
type CampaignSum struct {
	List string // whose list it opens
	N    int64
}

// Visits are opens or clicks, each mail once, by who seems to have come.
type Visits struct {
	Human, Machine, Unknown int64
	Total                   int64 // all visits, of all three
}

// Any reports whether there was one.
func (v Visits) Any() bool { return v.Human+v.Machine+v.Unknown > 0 }

// LinkRow is a link of the mail with who followed it.
type LinkRow struct {
	Number int
	Target string
	Clicks Visits
}

// ProviderRow is what one provider's mailboxes did.
type ProviderRow struct {
	Name              string
	Destination       string // its name in the rows; "" for all that are too many
	Delivered, Failed int64
	Opens, Clicks     Visits
	Left              int64
}

// Add adds the figures of another provider.
func (p *ProviderRow) Add(q ProviderRow) {
	p.Delivered += q.Delivered
	p.Failed += q.Failed
	p.Left += q.Left
	p.Opens.add(q.Opens)
	p.Clicks.add(q.Clicks)
}

func (v *Visits) add(w Visits) {
	v.Human += w.Human
	v.Machine += w.Machine
	v.Unknown += w.Unknown
	v.Total += w.Total
}

// CampaignRepeat is what a campaign does for new members of its audience.
type CampaignRepeat struct {
	Every  string // "", hour or day
	At     string // of a day: 09:00
	Zone   string
	Next   time.Time // zero: it is off
	Rounds []RoundRow
}

// RoundRow is one round for new members.
type RoundRow struct {
	ID, State                       string
	Number                          int
	At                              time.Time
	Audience, Sent, Waiting, Failed int64
}

// words says how it stands.
func (r CampaignRepeat) words() string {
	switch {
	case r.Next.IsZero() && len(r.Rounds) == 0:
		return "Whoever joins the audience later gets nothing of it. It can look for new members by itself: each person gets it once."
	case r.Next.IsZero():
		return "It has stopped looking for new members. Whoever joined meanwhile gets it when it looks again."
	case r.Every == "hour":
		return "Each hour it goes to those who joined the audience since, each person once. When nobody is new there is no round."
	}
	return "Each day at " + r.At + " it goes to those who joined the audience since, each person once. When nobody is new there is no round."
}

// VariantRow is how one variant of a test did.
type VariantRow struct {
	Number                          int
	Name, Subject                   string
	Delivered, Opens, Clicks, Leave int64
	Winner                          bool
}

// ComparedRow is an earlier campaign beside this one.
type ComparedRow struct {
	ID, Name                    string
	At                          time.Time
	Audience, Sent, Failed      int64
	Opened, Clicked, Left       int64
	This                        bool
	TrackedOpens, TrackedClicks bool
}

// CampaignShow is a campaign that was started: its report, live while it is being sent.
type CampaignShow struct {
	layout.Page
	ID, Name, State         string
	Reason, Asks            string
	Live                    bool // it moves by itself
	Audience                int64
	Sums                    []CampaignSum // in their order; together they are the audience
	Queued, Bounced         int64
	Ambiguous, Complained   int64
	Plan                    string // when it goes, in words
	StartAt                 time.Time
	StartedAt, FinishedAt   time.Time
	PerMinute               int64
	Rest                    time.Duration // until the last is handed over, at this rate
	TrackOpens, TrackClicks bool
	Opens, Clicks           Visits
	Left                    int64
	Hours                   []HourRow
	Links                   []LinkRow
	ClicksURL               string // the mail with them, for a sandboxed frame
	Providers               []ProviderRow
	CountingProviders       bool // what was delivered at each is still being counted
	Repeat                  *CampaignRepeat
	Round                   int // this is one, of the campaign HeadID
	HeadID                  string
	Variants                []VariantRow
	Comparing               bool // how the variants did is still being counted
	MayChoose               bool // the test is open and a person may end it
	Earlier                 []ComparedRow
	Subject                 string
	From                    string
	Denied                  string
	Errors                  Errors
}

// HourRow is what people did in an hour.
type HourRow struct {
	At            time.Time
	Opens, Clicks Visits
}

// Of is one number of the sum.
func (v CampaignShow) Of(list string) int64 {
	for _, s := range v.Sums {
		if s.List == list {
			return s.N
		}
	}
	return 0
}

// sumWords say what the numbers mean.
var sumWords = map[string]struct {
	label, meaning string
	tone           components.Tone
}{
	"sent":       {"Sent", "The recipient's server took it.", components.ToneGood},
	"waiting":    {"Waiting", "Not handed over yet, or still being tried.", components.ToneWaiting},
	"failed":     {"Failed", "Bounced, or not taken in time.", components.ToneBad},
	"suppressed": {"Suppressed", "On your suppression list.", components.ToneOut},
	"opted_out":  {"Opted out", "Unsubscribed, left the topic, or pause for a while.", components.ToneOut},
	"invalid":    {"Invalid", "No address that mail can go to.", components.ToneOut},
	"duplicate":  {"Duplicate", "The same address is in it once already.", components.ToneOut},
	"skipped":    {"Skipped", "Cancelled, or gone before their turn came.", components.ToneOut},
}

// CampaignRecipients is the list behind one number.
type CampaignRecipients struct {
	layout.Page
	ID, Name string
	List     string
	Counts   []CampaignSum // with "" for the whole audience
	Rows     []RecipientRow
	Pager    components.Pager
}

// RecipientRow is one person with what happened and why.
type RecipientRow struct {
	Number             int64
	Address, ContactID string
	State              string // word of a delivery, or why there is none
	Why, Reply         string
	MessageID          string
	At                 time.Time
}
