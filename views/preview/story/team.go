package story

import (
	"strconv"
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

func team() []Story {
	roles := []pages.RoleOption{
		{Role: "admin", About: "Everything except transferring or closing the account."}, {Role: "developer", About: "Domains, credentials, webhooks, and messages."},
		{Role: "marketer", About: "Messages, contacts and campaigns."}, {Role: "billing", About: "Plan, invoices and payment."}, {Role: "viewer", About: "Looks, and changes nothing."},
	}
	full := func(p layout.Page) pages.Team {
		return pages.Team{
			Page: p, MyRole: "owner", Role: "viewer", Roles: roles,
			Members: []pages.Member{
				{ID: sampleID, Name: "Maria Brandt", Email: "inhaber@hofladen-brandt.de", Role: "owner", Since: ago(400 * 24 * time.Hour), Me: true, Denied: "An account always has an owner."},
				{ID: otherID, Name: "Jonas Weber", Email: "jonas@hofladen-brandt.de", Role: "developer", Since: ago(30 * 24 * time.Hour)},
				{ID: otherID + "x", Name: "A person with quite a long name", Email: longMail, Role: "marketer", Since: ago(time.Hour)},
			},
			Invitations: []pages.InvitationRow{{ID: sampleID, Email: "steuerbuero@example.de", Role: "billing", SentAt: ago(time.Hour), ExpiresAt: now.Add(6 * 24 * time.Hour)}},
		}
	}
	doc := pages.Document{Number: 3, Title: "Terms of service", EffectiveOn: "2026-11-01"}
	invite := pages.InviteShow{Token: "t", AccountName: "Hofladen Brandt", InvitedBy: "inhaber@hofladen-brandt.de", Email: "jonas@example.de", Role: "developer", About: "Domains, credentials, webhooks, and messages.", ExpiresAt: now.Add(6 * 24 * time.Hour), Terms: pages.Agreement{Document: doc}, MinPassword: 12}
	return []Story{
		inside("team_show", "Team", layout.NavSettings, func(p layout.Page) view { return full(p) }),
		refused(inside("team_show-refused", "Team", layout.NavSettings, func(p layout.Page) view {
			v := full(p)
			v.Email, v.Errors = "jonas@", pages.Errors{"email": "Enter a full e-mail address, like name@example.com."}
			v.Transfer = &pages.TransferOffer{From: "inhaber@hofladen-brandt.de", To: "jonas@hofladen-brandt.de", ToMe: true, ExpiresAt: now.Add(time.Hour)}
			return v
		})),
		inside("team_show-viewer", "Team", layout.NavSettings, func(p layout.Page) view {
			v := full(p)
			v.Denied, v.TransferDenied, v.MyRole = "Your role in this account, viewer, does not allow this. It takes the owner or an admin.", "It takes the owner.", "viewer"
			for i := range v.Members {
				v.Members[i].Denied = v.Denied
			}
			return v
		}),
		outside("invite_show", "Invitation", func(p layout.Page) view { v := invite; v.Page = p; return v }),
		outside("invite_show-known", "Invitation", func(p layout.Page) view { v := invite; v.Page, v.Known = p, true; return v }),
		inside("account_new", "Open another account", layout.NavSettings, func(p layout.Page) view { return pages.AccountNew{Page: p, Terms: pages.Agreement{Document: doc}} }),
		inside("account_details", "Account", layout.NavSettings, func(p layout.Page) view {
			return pages.AccountDetails{
				Page: p, AccountName: "Hofladen Brandt", AccountKind: "business", LegalName: "Hofladen Brandt GmbH", Registration: "HRB 20931", Tax: "DE136695976", Country: "DE", Street: "Dorfstraße 3", Postcode: "73312",
				City: "Geislingen", Contact: "Maria Brandt", TimeZone: "Europe/Berlin", Language: "en", OwnerEmail: "inhaber@hofladen-brandt.de", Countries: []components.Option{{Value: "", Label: "Choose a country"}, {Value: "DE", Label: "Germany"}},
			}
		}),
	}
}

func trust() []Story {
	grants := []pages.GrantRow{
		{ID: sampleID, State: "asked", Reason: "Ticket 4711: messages to Outlook are deferred", AskedBy: "sam@operator.example", AskedAt: ago(time.Hour)},
		{ID: otherID, State: "open", Reason: "A message that never arrived", AskedAt: ago(2 * time.Hour), ExpiresAt: now.Add(22 * time.Hour)},
		{ID: otherID + "x", State: "expired", Reason: words(1), AskedBy: "sam@operator.example", AskedAt: ago(90 * time.Hour), ExpiresAt: ago(20 * time.Hour)},
	}
	row := pages.StaffAccountRow{ID: sampleID, Slug: "hofladen-brandt-k3f9", Name: "Hofladen Brandt", Kind: "business", State: "active", Owner: "inhaber@hofladen-brandt.de", Since: ago(90 * 24 * time.Hour), Members: 4, Domains: 2, Sent: 61200, Bounced: 291}
	long := pages.StaffAccountRow{ID: otherID, Name: words(1), State: "closed", Owner: longMail, Since: ago(time.Hour)}
	events := []pages.AuditRow{
		{ID: sampleID, At: ago(time.Minute), Actor: "inhaber@hofladen-brandt.de", ActorURL: "?actor=a", Kind: "user", Action: "Account details changed", Object: "Hofladen Brandt", Changes: []pages.AuditChange{{Name: "City", Before: "Ulm", After: "Geislingen"}}, IP: "192.0.2.7", UserAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"},
		{ID: sampleID, At: ago(time.Hour), Actor: "sam@operator.example", ActorURL: "?actor=b", Kind: "staff", BehalfOf: "inhaber@hofladen-brandt.de", Action: "Support page viewed", Object: "/a/:slug/messages", IP: "198.51.100.4"},
		{ID: otherID, At: ago(3 * time.Hour), Actor: "The service", Kind: "system", Action: "Domain warning", Object: "news.hofladen-brandt.de", Changes: []pages.AuditChange{{Name: "State", Before: "verified", After: "warning"}, {Name: "Reason", After: words(2)}}},
	}
	topics := []components.Option{{Value: "", Label: "Everything"}}
	return []Story{
		inside("audit_list", "Audit", layout.NavAudit, func(p layout.Page) view {
			return pages.AuditList{Page: p, Rows: events, Topics: topics, Pager: components.Pager{Older: "?before=b"}}
		}),
		inside("audit_list-empty", "Audit", layout.NavAudit, func(p layout.Page) view { return pages.AuditList{Page: p, Topics: topics} }),
		inside("support_show", "Support access", layout.NavSettings, func(p layout.Page) view { return pages.SupportShow{Page: p, Grants: grants, Hours: "24"} }),
		inside("data_show", "Data", layout.NavSettings, func(p layout.Page) view {
			return pages.DataShow{Page: p, Making: true, Exports: []pages.ExportRow{
				{ID: sampleID, State: "running", Part: "messages.csv", Done: 6, Parts: 13, Size: 4 << 20, At: ago(time.Minute)},
				{ID: otherID, State: "ready", Done: 13, Parts: 13, Size: 9 << 20, At: ago(time.Hour), ExpiresAt: now.Add(6 * 24 * time.Hour)},
			}}
		}),
		inside("data_show-closed", "Data", layout.NavSettings, func(p layout.Page) view {
			return pages.DataShow{Page: p, Closed: true, Payment: []pages.HeldRow{{What: "Customer number at Stripe", Value: "cus_TgZ0pUq3Xy1Abc"}, {What: "Card number", Value: "not held"}, {What: "Brand", Value: "Visa"}, {What: "Last four digits", Value: "4242"}, {What: "Valid until", Value: "2040-04"}, {What: "The card's name at Stripe", Value: "pm_1SdFg2LkdIwHu7ixZyXwVuTs"}}, EraseAt: now.Add(9 * 24 * time.Hour)}
		}),
		outside("staff_accounts", "Accounts", func(p layout.Page) view {
			p.User, p.Active = &layout.User{Name: "Sam", Email: "sam@operator.example"}, layout.NavStaffAccounts
			return pages.StaffAccounts{Page: p, Rows: []pages.StaffAccountRow{row, long}}
		}),
		outside("staff_account", "Hofladen Brandt", func(p layout.Page) view {
			p.User, p.Active = &layout.User{Name: "Sam", Email: "sam@operator.example"}, layout.NavStaffAccounts
			days := components.Chart{Label: "Messages per day over the last 30 days", GoodWord: "delivered", BadWord: "bounced"}
			for i := range 30 {
				days.Bars = append(days.Bars, components.Bar{Label: "11-" + strconv.Itoa(i+1), Good: int64(400 + i*i), Bad: int64(i % 9)})
			}
			return pages.StaffAccount{
				Page: p, Account: row, Grants: grants, MayView: true, Days: days, Waiting: "12 deliveries wait.", Plan: "Growth", Period: "21 November 2026 to 20 December 2026",
				Behind: "R-000163 is overdue since 4 November 2026: Newsletters paused.", Invoices: someInvoices(),
				Domains: [][3]string{{"hofladen-brandt.de", "verified", ""}, {"news.a-very-long-name-that-nobody-thought-about.hofladen-brandt.de", "warning", "The DKIM record is gone since yesterday."}},
			}
		}),
		outside("staff_account-suspended", "Hofladen Brandt", func(p layout.Page) view {
			p.User, p.Active = &layout.User{Name: "Sam", Email: "sam@operator.example"}, layout.NavStaffAccounts
			stopped := row
			stopped.State = "paused"
			p.Refused = map[string]string{"ask_support": "Your roles in the back office do not allow this. It takes operator, support or abuse."}
			return pages.StaffAccount{Page: p, Account: stopped, Waiting: "41 deliveries wait.", Suspended: "Suspended since 24 November 2026, 09:14 UTC: half of the newest import bounced.", LiftAsked: "ann@operator.example asked to lift it: “They removed the bought list.”. Somebody else has to agree."}
		}),
		outside("staff_audit", "Audit", func(p layout.Page) view {
			p.User, p.Active = &layout.User{Name: "Sam", Email: "sam@operator.example"}, layout.NavStaffAudit
			return pages.StaffAudit{Page: p, Rows: []pages.StaffAuditRow{{At: ago(time.Hour), Name: "sam@operator.example", Action: "Support page viewed", AccountID: sampleID, AccountURL: "/staff/accounts/" + sampleID, GrantID: otherID, IP: "198.51.100.4"},
				{At: ago(2 * time.Hour), Name: "olga@operator.example", Action: "Destination limited", ObjectID: "via outlook", Changes: []pages.AuditChange{{Name: "Connections", Before: "20", After: "4"}, {Name: "Per minute", After: "600"}}, Reason: "They ask us to slow down: ticket 4711", IP: "198.51.100.9"}}}
		}),
	}
}
