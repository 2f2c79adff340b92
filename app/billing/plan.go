package billing

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/message"
)

// Plan is what an operator sells, at one of its versions.
type Plan struct {
	ID       id.ID
	Version  int
	Public   bool // on the price list
	Position int  // there
	Offer
	CreatedAt time.Time
}

// Offer is what a version of a plan costs and holds. It never changes.
type Offer struct {
	Name      string           `json:"name"`
	About     string           `json:"about"` // one line for the price list
	Prices    []Price          `json:"prices"`
	Included  map[string]int64 `json:"included"` // deliveries of a month, by stream
	Overage   Overage          `json:"overage"`
	Limits    Limits           `json:"limits"`
	TrialDays int              `json:"trial_days"`
}

// Price is what a plan costs in one currency.
type Price struct {
	Currency string   `json:"currency"`
	Interval Interval `json:"interval"`
	Amount   Money    `json:"amount"`
	Overage  Money    `json:"overage"` // for each begun thousand beyond what is included
}

// Overage says what happens when a month's deliveries are used up.
type Overage string

// The ways.
const (
	Stop   Overage = "stop"   // nothing more is accepted in that stream
	Charge Overage = "charge" // it goes on, and each begun thousand costs the price's overage
)

// Limits bound an account. Zero is no limit.
type Limits struct {
	Contacts      int64 `json:"contacts"`
	Domains       int64 `json:"domains"`
	Members       int64 `json:"members"`
	PerMinute     int   `json:"per_minute"` // deliveries
	RetentionDays int   `json:"retention_days"`
	OwnAddress    bool  `json:"own_address"` // a sending address of its own
}

// Streams that a plan includes deliveries of.
var streams = []string{string(message.Transactional), string(message.Broadcast)}

// thousand is the unit in which overage is sold.
const thousand = 1000

// Price returns what the offer costs in a currency and interval.
func (o Offer) Price(currency string, i Interval) (Price, bool) {
	for _, p := range o.Prices {
		if p.Currency == currency && p.Interval == i {
			return p, true
		}
	}
	return Price{}, false
}

// Free reports whether the offer costs nothing.
func (o Offer) Free() bool {
	return !slices.ContainsFunc(o.Prices, func(p Price) bool { return p.Amount > 0 || p.Overage > 0 })
}

// Currencies are those the offer is sold in.
func (o Offer) Currencies() (list []string) {
	for _, p := range o.Prices {
		if !slices.Contains(list, p.Currency) {
			list = append(list, p.Currency)
		}
	}
	return list
}

// beyond is how many begun thousands of a stream go beyond what is included.
func (o Offer) beyond(stream string, used int64, months int64) int64 {
	over := used - o.Included[stream]*months
	if over <= 0 {
		return 0
	}
	return (over + thousand - 1) / thousand
}

const (
	maxPlanName  = 40
	maxPlanAbout = 140
	mostPrices   = 40
)

// Check returns the offer tidied, or an Invalid error that names form fields.
func (o Offer) Check() (Offer, error) {
	fields := map[string]string{}
	o.Name, o.About = strings.Join(strings.Fields(o.Name), " "), strings.Join(strings.Fields(o.About), " ")
	if n := utf8.RuneCountInString(o.Name); n == 0 || n > maxPlanName {
		fields["name"] = fmt.Sprintf("A name of 1 to %d characters.", maxPlanName)
	}
	if utf8.RuneCountInString(o.About) > maxPlanAbout {
		fields["about"] = fmt.Sprintf("At most %d characters, please.", maxPlanAbout)
	}
	if len(o.Prices) == 0 || len(o.Prices) > mostPrices {
		fields["prices"] = "A plan has at least one price; a free one has the price 0."
	}
	for i, p := range o.Prices {
		if _, known := scale(p.Currency); !known || !slices.Contains(Intervals, p.Interval) || p.Amount < 0 || p.Overage < 0 {
			fields["prices"] = "A price has a currency such as EUR, month or year, and amounts that are not negative."
		}
		if slices.ContainsFunc(o.Prices[:i], func(q Price) bool { return q.Currency == p.Currency && q.Interval == p.Interval }) {
			fields["prices"] = "There are two prices for the same currency and interval."
		}
		if o.Overage == Charge && p.Overage == 0 {
			fields["prices"] = "Every price needs one for what goes beyond, or sending stops there."
		}
	}
	if o.Overage != Stop && o.Overage != Charge {
		fields["overage"] = "Choose what happens when a month's mail is used up."
	}
	for _, s := range streams {
		if o.Included[s] < 0 {
			fields["included_"+s] = "A number from 0 on."
		}
	}
	if l := o.Limits; l.Contacts < 0 || l.Domains < 0 || l.Members < 0 || l.PerMinute < 0 || l.RetentionDays < 0 || o.TrialDays < 0 || o.TrialDays > 366 {
		fields["limits"] = "Limits are numbers from 0 on; 0 is no limit. A trial takes at most 366 days."
	}
	if len(fields) > 0 {
		return o, &fault.Error{Kind: fault.Invalid, Safe: "Please check what is marked.", Fields: fields}
	}
	return o, nil
}
