package listimport

import (
	"fmt"
	"slices"
)

// heldAbove is the share of invalid rows, in percent, above which a person decides.
const heldAbove = 5

// invalid is how many rows speak against the list: not those that are merely double or
// suppressed, or for which a plan has no room.
func (c Counts) invalid() int64 { return c.Rejected - c.Reasons[OverPlan] }

// TooInvalid reports whether an import waits for the person's decision.
func (c Counts) TooInvalid() bool { return c.Rows > 0 && c.invalid()*100 > heldAbove*c.Rows }

// grade judges the list as a whole, with the reasons for it.
func grade(c Counts, q Quality) Quality {
	if c.Rows == 0 {
		return q
	}
	type finding struct {
		rows   int64
		weight float64 // points for each percent
		text   string
	}
	findings := []finding{
		{c.Reasons[DeadDomain], 3, "belong to domains that do not exist or take no mail"},
		{c.Reasons[BadAddress] + c.Reasons[NoAddress], 3, "have no valid address"},
		{c.Reasons[TypoDomain], 2, "have a mistyped domain"},
		{c.Reasons[RoleAddress], 3, "are addresses of machines or duties"},
		{c.Reasons[Disposable], 4, "are addresses made to be thrown away"},
		{c.Reasons[OnSuppressionList], 2, "are on your suppression list"},
		{c.Reasons[OptedOut], 2, "opted out before"},
		{c.Reasons[DuplicateRow], 0.3, "repeat an address of the file"},
		{q.Duties, 0.3, "are shared mailboxes such as info@ or office@"},
	}
	slices.SortStableFunc(findings, func(a, b finding) int {
		return int(float64(b.rows)*b.weight - float64(a.rows)*a.weight)
	})
	points := 100.0
	q.Reasons = nil
	for _, f := range findings {
		share := 100 * float64(f.rows) / float64(c.Rows)
		points -= share * f.weight
		if share >= 0.1 {
			q.Reasons = append(q.Reasons, fmt.Sprintf("%.1f %% of the rows %s.", share, f.text))
		}
	}
	q.Grade = "E"
	for _, g := range []struct {
		least float64
		grade string
	}{{97, "A"}, {90, "B"}, {75, "C"}, {50, "D"}} {
		if points >= g.least {
			q.Grade = g.grade
			break
		}
	}
	if len(q.Reasons) == 0 {
		q.Reasons = []string{"Nothing speaks against this list."}
	}
	return q
}
