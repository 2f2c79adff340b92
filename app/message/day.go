package message

import (
	"cmp"
	"slices"
	"time"

	"smtpserver/app/id"
)

// Day holds an account's running counters of one day and stream. Outcomes count
// on the day of acceptance, so that each day's figures add up.
type Day struct {
	AccountID  id.ID  `gorm:"column:account_id;primaryKey;<-:create"`
	Day        string `gorm:"primaryKey"` // UTC date
	Stream     Stream `gorm:"primaryKey"`
	Messages   int64
	Accepted   int64 // deliveries
	Delivered  int64
	Bounced    int64
	Suppressed int64
	Expired    int64
	Cancelled  int64
	Ambiguous  int64
	Complained int64 // of the delivered

	Hard     int64 `gorm:"-"` // of the bounced: because of the recipient; counted for campaigns only
	Rejected int64 `gorm:"-"` // likewise: because of what the mail says or whom it is from
}

// TableName implements gorm's naming.
func (Day) TableName() string { return "account_days" }

// DayOf returns the day a time belongs to.
func DayOf(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// Final is how many deliveries have ended.
func (d Day) Final() int64 {
	return d.Delivered + d.Bounced + d.Suppressed + d.Expired + d.Cancelled
}

// Count adds one delivery that reached a final state; waiting states count nothing.
func (d *Day) Count(s State) {
	switch s {
	case Delivered:
		d.Delivered++
	case Bounced:
		d.Bounced++
	case Suppressed:
		d.Suppressed++
	case Expired:
		d.Expired++
	case Cancelled:
		d.Cancelled++
	}
}

// Total holds a campaign's running counters of what became of its deliveries. Their row
// also holds what the campaign itself counts; see package broadcast.
type Total struct {
	AccountID  id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	CampaignID id.ID `gorm:"primaryKey"`
	Accepted   int64
	Delivered  int64
	Bounced    int64
	Refused    int64 // suppressed after the audience was frozen
	Expired    int64
	Cancelled  int64
	Ambiguous  int64
	Complained int64
	Hard       int64
	Rejected   int64
}

// TableName implements gorm's naming.
func (Total) TableName() string { return "campaign_totals" }

// Tally collects changes of counters, of days and of campaigns, to be written in one
// statement each.
type Tally map[dayKey]*Day

type dayKey struct {
	account  id.ID
	day      string
	stream   Stream
	campaign id.ID
}

// Of returns the counters to change for a delivery.
func (t Tally) Of(d *Delivery) *Day { return t.on(d.AccountID, d.CreatedAt, d.Stream, d.CampaignID) }

func (t Tally) on(accountID id.ID, at time.Time, s Stream, campaignID id.ID) *Day {
	key := dayKey{accountID, DayOf(at), s, campaignID}
	if t[key] == nil {
		t[key] = &Day{AccountID: accountID, Day: key.day, Stream: s}
	}
	return t[key]
}

// Days returns the changes of days in a fixed order, so that two transactions lock
// counters in the same order and cannot deadlock.
func (t Tally) Days() []Day {
	sums := map[dayKey]*Day{}
	for key, d := range t {
		key.campaign = ""
		sum := sums[key]
		if sum == nil {
			sum = &Day{AccountID: d.AccountID, Day: d.Day, Stream: d.Stream}
			sums[key] = sum
		}
		sum.Messages += d.Messages
		sum.Accepted += d.Accepted
		sum.Delivered += d.Delivered
		sum.Bounced += d.Bounced
		sum.Suppressed += d.Suppressed
		sum.Expired += d.Expired
		sum.Cancelled += d.Cancelled
		sum.Ambiguous += d.Ambiguous
		sum.Complained += d.Complained
	}
	rows := make([]Day, 0, len(sums))
	for _, d := range sums {
		rows = append(rows, *d)
	}
	slices.SortFunc(rows, func(a, b Day) int {
		return cmp.Or(cmp.Compare(a.AccountID, b.AccountID), cmp.Compare(a.Day, b.Day), cmp.Compare(a.Stream, b.Stream))
	})
	return rows
}

// Totals returns the changes of campaigns, likewise in a fixed order.
func (t Tally) Totals() []Total {
	type campaign struct{ account, id id.ID }
	sums := map[campaign]*Total{}
	for key, d := range t {
		if key.campaign.IsZero() {
			continue
		}
		of := campaign{key.account, key.campaign}
		sum := sums[of]
		if sum == nil {
			sum = &Total{AccountID: key.account, CampaignID: key.campaign}
			sums[of] = sum
		}
		sum.Accepted += d.Accepted
		sum.Delivered += d.Delivered
		sum.Bounced += d.Bounced
		sum.Refused += d.Suppressed
		sum.Hard += d.Hard
		sum.Rejected += d.Rejected
		sum.Expired += d.Expired
		sum.Cancelled += d.Cancelled
		sum.Ambiguous += d.Ambiguous
		sum.Complained += d.Complained
	}
	rows := make([]Total, 0, len(sums))
	for _, sum := range sums {
		rows = append(rows, *sum)
	}
	slices.SortFunc(rows, func(a, b Total) int {
		return cmp.Or(cmp.Compare(a.AccountID, b.AccountID), cmp.Compare(a.CampaignID, b.CampaignID))
	})
	return rows
}
