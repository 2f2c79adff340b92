package pages

import (
	"smtpserver/views/components"
	"smtpserver/views/layout"
)

// MoveRow is a move that was announced.
type MoveRow struct {
	ID          string
	Version     int
	On, Summary string
	Older, Told int64
}

// StaffMove moves accounts to the version of a plan that is sold now. Form: effective_on, summary.
type StaffMove struct {
	layout.Page
	PlanID, Plan          string
	Version               int
	Older                 int64
	Earliest, On, Summary string
	Moves                 []MoveRow
	Errors                Errors
}

var moveOrder = []string{"effective_on", "summary"}

func (v StaffMove) sentence() string {
	if v.Older == 0 {
		return "Everybody on “" + v.Plan + "” is on the version that is sold now."
	}
	return components.Plural(v.Older, "account is", "accounts are") + " on an older version of “" + v.Plan + "” than the one sold now. They keep it until you move them."
}
