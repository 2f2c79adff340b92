package billing

import (
	"cmp"
	"fmt"
	"time"

	"smtpserver/app/id"
)

// Subscription is the plan that an account is on.
type Subscription struct {
	AccountID id.ID
	Plan      Plan
	Currency  string
	Interval  Interval
	Anchor    int // day of the month on which periods end
	Period    Period
	Trial     bool // the present period costs nothing
	Next      *Next
	Ends      bool // at the period's end
	EndedOn   Date // "" while it runs
	Revision  int  // grows with each change, so that of two at once one is done
	CreatedAt time.Time
}

// Next is what follows at the period's end.
type Next struct {
	PlanID   id.ID
	Version  int
	Interval Interval
}

// price is what the subscription costs a period. Its plan has it: what is on sale was
// checked when it was chosen, and versions do not change.
func (s Subscription) price() Price {
	p, _ := s.Plan.Price(s.Currency, s.Interval)
	return p
}

// change is what moving to another plan does.
type change struct {
	now   bool // or at the period's end
	lines []Line
	after Subscription
}

// moveTo works out what another plan costs from a day on. A dearer one begins at once:
// what is left of the present period is taken back by days, and charged for the new one.
// A cheaper one begins when the present period, which is paid, is over.
func (s Subscription) moveTo(p Plan, i Interval, today Date) change {
	price, _ := p.Price(s.Currency, i)
	before := s.price()
	if s.Trial || dearer(price, before) {
		return s.upgrade(p, price, before, today)
	}
	after := s
	after.Next, after.Ends = &Next{p.ID, p.Version, i}, false
	return change{after: after}
}

// dearer compares what a month costs.
func dearer(a, b Price) bool {
	return cmp.Compare(int64(a.Amount)*int64(b.Interval.months()), int64(b.Amount)*int64(a.Interval.months())) > 0
}

func (s Subscription) upgrade(p Plan, price, before Price, today Date) change {
	after := s
	after.Plan, after.Interval, after.Next, after.Ends, after.Trial = p, price.Interval, nil, false, false
	var lines []Line
	left, all := today.daysTo(s.Period.End), s.Period.days()
	if s.Trial { // which is over by this
		after.Anchor = today.Time().Day()
		after.Period = periodFrom(today, after.Anchor, price.Interval)
		return change{true, []Line{periodLine(p, after.Period, price)}, after}
	}
	if back := before.Amount.part(left, all); back > 0 {
		lines = append(lines, line(fmt.Sprintf("%s: %d of %d days not used", s.Plan.Name, left, all), 1, -back))
	}
	if price.Interval == before.Interval { // the period stays
		rest := Period{today, s.Period.End}
		lines = append(lines, line(p.Name+", "+rest.String(), 1, price.Amount.part(left, all)))
		return change{true, lines, after}
	}
	after.Anchor = today.Time().Day()
	after.Period = periodFrom(today, after.Anchor, price.Interval)
	return change{true, append(lines, periodLine(p, after.Period, price)), after}
}

func periodLine(p Plan, period Period, price Price) Line {
	return line(p.Name+", "+period.String(), 1, price.Amount)
}

// Usage is how many deliveries were accepted in a time, by stream.
type Usage map[string]int64

// overage are the lines for what was used beyond the plan in the period that is over.
func (s Subscription) overage(used Usage) (lines []Line) {
	if s.Plan.Overage != Charge {
		return nil
	}
	for _, stream := range streams {
		if n := s.Plan.beyond(stream, used[stream], int64(s.Interval.months())); n > 0 {
			lines = append(lines, line(fmt.Sprintf("%s mail beyond the plan, %s: begun thousands", stream, s.Period), n, s.price().Overage))
		}
	}
	return lines
}

// renew returns the subscription in its next period, and what the new period costs. next
// is the plan that follows, which may be the present one.
func (s Subscription) renew(next Plan) (Subscription, []Line) {
	after := s
	if s.Next != nil {
		after.Interval = s.Next.Interval
	}
	after.Plan, after.Next, after.Trial = next, nil, false
	after.Period = periodFrom(s.Period.End, s.Anchor, after.Interval)
	price := after.price()
	if price.Amount == 0 {
		return after, nil
	}
	return after, []Line{periodLine(next, after.Period, price)}
}
