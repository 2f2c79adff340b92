package story

import (
	"time"

	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

var officeRoles = []pages.StaffRole{
	{Name: "operator", About: "Runs the instance: staff, delivery, plans, terms and own mailings. Everything except giving credits."},
	{Name: "support", About: "Helps customers: accounts, notes, limits, messages in figures, and content under a grant."},
	{Name: "finance", About: "Plans, invoices, payments and credits."},
	{Name: "abuse", About: "Guards the reputation: suspends accounts and lifts it, stops links, sees where mail goes."},
	{Name: "terms", About: "Writes, approves and announces terms."},
}

// officePeople is who works for the operator, and what takes two of them.
func officePeople() []Story {
	rows := []pages.StaffPersonRow{
		{ID: "1", Name: "Ann Becker", Email: "ann@operator.example", Roles: []string{"operator"}, Since: ago(400 * 24 * time.Hour), SeenAt: ago(5 * time.Minute), TwoFactors: true},
		{ID: "2", Name: "bea", Email: "bea@operator.example", Roles: []string{"support", "finance", "abuse"}, Since: ago(90 * 24 * time.Hour), SeenAt: ago(26 * time.Hour)},
		{ID: "3", Name: "A person with a name that somebody typed into a form without end", Email: "a-person-with-a-very-long-address.indeed@a-subdomain-of-ours.operator.example", Ended: true, Since: ago(300 * 24 * time.Hour)},
	}
	requests := []pages.ApprovalRow{
		{ID: "1", Title: "Lift the suspension of an account", URL: "#", Reason: "They removed the bought list and showed us the double opt-in of the rest.", AskedBy: "ann@operator.example", AskedAt: ago(3 * time.Hour), ExpiresAt: ago(-165 * time.Hour), State: "waiting"},
		{ID: "2", Title: "Lift the suspension of an account", URL: "#", Reason: "A mistake of ours: the wrong account.", AskedBy: "bea@operator.example", AskedAt: ago(time.Hour), ExpiresAt: ago(-167 * time.Hour), State: "waiting", Own: true},
		{ID: "3", Title: "Lift the suspension of an account", URL: "#", Reason: words(1), AskedBy: "cyd@operator.example", AskedAt: ago(2 * time.Hour), ExpiresAt: ago(-166 * time.Hour), State: "waiting", Denied: "Your roles in the back office do not allow this. It takes operator or abuse."},
	}
	answered := []pages.ApprovalRow{
		{ID: "4", Title: "Lift the suspension of an account", URL: "#", Reason: "The bounces came from one broken import.", AskedBy: "ann@operator.example", AskedAt: ago(80 * time.Hour), State: "approved", AnsweredBy: "bea@operator.example", AnsweredAt: ago(76 * time.Hour)},
		{ID: "5", Title: "Lift the suspension of an account", URL: "#", Reason: "They ask nicely.", AskedBy: "bea@operator.example", AskedAt: ago(180 * time.Hour), State: "refused", AnsweredBy: "ann@operator.example", AnsweredAt: ago(179 * time.Hour), Remark: "Nothing has changed: the list is the same."},
		{ID: "6", Title: "Lift the suspension of an account", URL: "#", Reason: "Forgotten.", AskedBy: "bea@operator.example", AskedAt: ago(400 * time.Hour), State: "expired"},
	}
	return []Story{
		backOffice("staff_people", "People", layout.NavStaffPeople, func(p layout.Page) view {
			return pages.StaffPeople{Page: p, Rows: rows, Roles: officeRoles, TwoFactors: true}
		}),
		refused(backOffice("staff_people-refused", "People", layout.NavStaffPeople, func(p layout.Page) view {
			return pages.StaffPeople{Page: p, Rows: rows[:1], Roles: officeRoles, TwoFactors: true, Email: "carl@operator.example", Errors: pages.Errors{"roles": "Choose at least one role."}}
		})),
		backOffice("staff_person", "bea@operator.example", layout.NavStaffPeople, func(p layout.Page) view {
			return pages.StaffPerson{Page: p, Row: rows[1], Roles: officeRoles, Held: map[string]bool{"support": true, "finance": true, "abuse": true}}
		}),
		backOffice("staff_person-ended", rows[2].Email, layout.NavStaffPeople, func(p layout.Page) view {
			return pages.StaffPerson{Page: p, Row: rows[2], Roles: officeRoles}
		}),
		backOffice("staff_approvals", "Approvals", layout.NavStaffApprovals, func(p layout.Page) view {
			return pages.StaffApprovals{Page: p, Waiting: requests, Answered: answered}
		}),
		backOffice("staff_approvals-empty", "Approvals", layout.NavStaffApprovals, func(p layout.Page) view {
			return pages.StaffApprovals{Page: p}
		}),
		backOffice("staff_messages", "Messages", layout.NavStaffMessages, func(p layout.Page) view {
			return pages.StaffMessages{Page: p, Rows: officeMessages(), Domain: "example.org", State: "bounced", Further: "#", Walked: "20,000"}
		}),
		backOffice("staff_messages-empty", "Messages", layout.NavStaffMessages, func(p layout.Page) view {
			return pages.StaffMessages{Page: p, Find: "nothing@example.org"}
		}),
		refused(backOffice("staff_messages-refused", "Messages", layout.NavStaffMessages, func(p layout.Page) view {
			return pages.StaffMessages{Page: p, Account: "hofladen", From: "yesterday", Errors: pages.Errors{"account": "No account has this id or slug.", "from": "A day as year-month-day, for example 2026-11-26."}}
		})),
		backOffice("staff_move", "Move accounts", layout.NavStaffPlans, func(p layout.Page) view {
			return pages.StaffMove{Page: p, PlanID: "1", Plan: "Growth", Version: 4, Older: 1204, Earliest: "24 December 2026", On: "2026-12-24", Moves: []pages.MoveRow{{ID: "m", Version: 3, On: "1 October 2026", Summary: "Ten euros more, and twice the contacts.", Older: 12, Told: 1188}}}
		}),
		refused(backOffice("staff_move-refused", "Move accounts", layout.NavStaffPlans, func(p layout.Page) view {
			return pages.StaffMove{Page: p, PlanID: "1", Plan: "Growth", Version: 4, Older: 1, Earliest: "24 December 2026", On: "2026-12-01", Errors: pages.Errors{"effective_on": "Owners are told at least 30 days before. The earliest day is 24 December 2026.", "summary": "Say in plain words what changes, in at most 1,000 characters: it stands in every notice."}}
		})),
		inside("billing_usage", "Usage", layout.NavBilling, func(p layout.Page) view {
			v := pages.BillingUsage{Page: p.Under(layout.Crumb{Label: "Billing"}, layout.Crumb{Label: "Usage"}), Period: "21 November 2026 to 24 November 2026", Transactional: 6210, Broadcast: 21000}
			v.Domains = []pages.UsageLine{{Name: "news.a-very-long-name-that-nobody-thought-about.hofladen-brandt.de", Broadcast: 21000}, {Name: "hofladen-brandt.de", Transactional: 6208}, {Name: "a domain that was removed", Transactional: 2}}
			v.Rows = []pages.UsageLine{{Name: "2026-11-21", Transactional: 2011}, {Name: "2026-11-22", Transactional: 1899, Broadcast: 21000}, {Name: "2026-11-23"}, {Name: "2026-11-24", Transactional: 2300}}
			return v
		}),
		inside("billing_usage-empty", "Usage", layout.NavBilling, func(p layout.Page) view {
			return pages.BillingUsage{Page: p, Period: "21 October 2026 to 20 November 2026", Before: true}
		}),
		with(backOffice("staff_home-support", "Back office", layout.NavStaff, func(p layout.Page) view { return pages.StaffHome{Page: p} }), func(p *layout.Page) {
			p.Refused = map[string]string{}
			for _, one := range []string{"see_terms", "manage_mailings", "manage_staff", "read_audit"} {
				p.Refused[one] = "Your roles in the back office do not allow this."
			}
		}),
	}
}

func officeMessages() []pages.StaffMessageRow {
	return []pages.StaffMessageRow{
		{AccountURL: "#", Account: "Hofladen Brandt", MessageID: sampleID, To: "j…@example.org", State: "bounced", Stream: "transactional", Reason: "There is no such mailbox: j…@example.org.", Attempts: "1 try", Size: "14 KB", At: ago(4 * time.Minute), ContentURL: "#"},
		{AccountURL: "#", Account: words(1), MessageID: otherID, To: "a…@a-very-long-name-of-a-mail-host-that-somebody-chose-without-thinking.example", State: "deferred", Stream: "broadcast", Reason: "Outlook is limiting us.", Attempts: "3 tries", Size: "212 KB", At: ago(3 * time.Hour), NextTry: ago(-20 * time.Minute)},
		{AccountURL: "#", Account: "Hofladen Brandt", MessageID: sampleID, To: "k…@example.org", State: "delivered", Stream: "transactional", Attempts: "1 try", Size: "3 KB", At: ago(50 * time.Hour)},
	}
}
