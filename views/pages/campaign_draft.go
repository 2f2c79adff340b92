package pages

import (
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
)

// CampaignHead is what every step of a draft shows.
type CampaignHead struct {
	layout.Page
	ID, Name string
	Step     string          // audience, content, checks or send
	Ready    map[string]bool // steps that have what they need
	Denied   string
	Errors   Errors
	Revision string // what the person saw: somebody else's change is not overwritten
}

// campaignSteps are the steps of a draft in their order.
var campaignSteps = []struct{ step, label string }{{"audience", "Audience"}, {"content", "Content"}, {"checks", "Checks"}, {"send", "Send"}}

func (v CampaignHead) field(f components.Field, order ...string) components.Field {
	return f.With(v.Errors, order...)
}

// SetChoice is a list or a segment that an audience may be made of.
type SetChoice struct {
	Value, Name        string
	Segment            bool
	Members            int64 // of a segment: when it was counted last; -1 never
	Included, Excluded bool
}

// CampaignAudience is the first step: whom it is for.
type CampaignAudience struct {
	CampaignHead
	Everyone bool
	Total    int64 // contacts of the account
	Sets     []SetChoice
	Topics   []components.Option
	Topic    string
	Count    CampaignCount
	Follows  string // a sentence about the campaign that it follows; "" for none
}

// CampaignCount is the exact count of an audience with the reason of each exclusion.
type CampaignCount struct {
	layout.Page
	ID       string
	Chosen   bool // an audience is chosen
	Counting bool
	Problem  string // why it cannot be counted
	At       time.Time
	Audience int64
	Included int64
	Reasons  []CountedReason
	Forecast []ForecastRow // the slowest first
	Finish   time.Duration // of the slowest
}

// CountedReason is how many get nothing, and why.
type CountedReason struct {
	Words string
	N     int64
}

// ForecastRow is a provider with how long its mail takes.
type ForecastRow struct {
	Name, Trouble string
	N, PerMinute  int64
	Takes         time.Duration
}

// CampaignContent is the second step: who it comes from, and what it says.
type CampaignContent struct {
	CampaignHead
	Domains                      []components.Option
	Domain                       string
	FromName, FromLocal, ReplyTo string
	Variant                      int      // the one that is edited
	Variants                     []string // their names
	Subject, Preheader           string
	Editor                       ContentEditor
	Templates                    []components.Option
}

// CheckRow is one check before sending.
type CheckRow struct {
	Name, Verdict, Words, Remedy string
	Details                      []string
}

// CampaignChecks is the third step.
type CampaignChecks struct {
	CampaignHead
	Loading bool // they are being made
	Checks  []CheckRow
	Count   CampaignCount
	Email   string // where a test goes
}

// CampaignSend is the last step: when, and how.
type CampaignSend struct {
	CampaignHead
	When                    string // now, at, zone or spread
	At, Until               string // as datetime-local controls write it
	Zone                    string
	Zones                   []string
	Hours                   bool
	HoursFrom, HoursTo      string // 09:00
	Weekdays                bool
	TrackOpens, TrackClicks bool
	Variants                []string // more than one are tested
	TestShare               string
	TestBy                  string
	TestAfter               string // hours; "0" a person chooses
	Repeat, RepeatAt        string // "", hour or day, and 09:00
	Blocking                []CheckRow
	Count                   CampaignCount
}
