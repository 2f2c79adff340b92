package pages

import (
	"smtpserver/views/components"
	"smtpserver/views/layout"
)

// UsageLine is what was used on a day, or for a domain.
type UsageLine struct {
	Name                     string
	Transactional, Broadcast int64
}

// BillingUsage is what was used of the plan, by day and by domain.
type BillingUsage struct {
	layout.Page
	Period                   string
	Before                   bool // the time before the present period
	Transactional, Broadcast int64
	Rows, Domains            []UsageLine
}

func (l UsageLine) total() int64 { return l.Transactional + l.Broadcast }

func (v BillingUsage) sentence() string {
	all := v.Transactional + v.Broadcast
	if all == 0 {
		return "Nothing was sent: " + v.Period + "."
	}
	return components.Plural(all, "recipient was", "recipients were") + " accepted: " + v.Period + "."
}

// shareOfMost is how much of the busiest line this one is, for its bar.
func shareOfMost(l UsageLine, all []UsageLine) string {
	var most int64 = 1
	for _, other := range all {
		most = max(most, other.total())
	}
	return barWidth(int(100 * l.total() / most))
}
