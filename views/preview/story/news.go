package story

import (
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

const otherSegment = "06eb4w2k9ct7n3q5r8v1x0y6zc"

func staffSegments() []pages.StaffSegmentRow {
	return []pages.StaffSegmentRow{
		{ID: sampleID, Name: "Businesses that sleep", Rules: "businesses · sent nothing in the last 30 days", Accounts: 1204, Reached: 1131},
		{ID: otherSegment, Name: "New customers in Germany, Austria and Switzerland", Rules: "in Austria, Germany, Switzerland · customer for at most 30 days", Accounts: 41, Reached: 40},
	}
}

// news are the operator's own mail: its form, its subscribers, its mailings.
func news() []Story {
	return append(append(newsletterForms(), subscribers()...), mailings()...)
}

func newsletterForms() []Story {
	form := func(name, language string, change func(*pages.Newsletter)) Story {
		return outside("newsletter"+name, "Newsletter", func(p layout.Page) view {
			p.Lang = language
			v := pages.Newsletter{Page: p, Language: language}
			change(&v)
			return v
		})
	}
	return []Story{
		form("", "en", func(*pages.Newsletter) {}),
		refused(form("-refused", "de", func(v *pages.Newsletter) { v.Email, v.Problem = "anna", "Das ist keine E-Mail-Adresse." })),
		form("-asked", "fr", func(v *pages.Newsletter) { v.Asked = true }),
	}
}

func subscribers() []Story {
	left := ago(40 * time.Hour)
	rows := []pages.StaffSubscriberRow{
		{ID: sampleID, Address: "anna.voss@gmail.com", Language: "de", State: "confirmed", ConfirmedAt: ago(3 * time.Hour)},
		{ID: otherID, Address: longMail, Language: "en", State: "left", ConfirmedAt: ago(90 * 24 * time.Hour), LeftAt: &left},
	}
	crumbs := []layout.Crumb{{Label: "Subscribers", URL: "/staff/subscribers"}, {Label: "anna.voss@gmail.com"}}
	list := func(name string, change func(*pages.StaffSubscribers)) Story {
		return office("staff_subscribers"+name, "Subscribers", crumbs[:1], func(p layout.Page) view {
			p.Active = layout.NavStaffSubscribers
			v := pages.StaffSubscribers{Page: p, Subscribed: 4310, Gone: 211, Waiting: 3, Rows: rows, Pager: components.Pager{Older: "?before=b"}}
			change(&v)
			return v
		})
	}
	one := office("staff_subscriber", "anna.voss@gmail.com", crumbs, func(p layout.Page) view {
		p.Active = layout.NavStaffSubscribers
		return pages.StaffSubscriber{Page: p, Row: rows[0], Evidence: []pages.EvidenceRow{
			{Kind: "confirmed", At: ago(3 * time.Hour), IP: "2001:db8::7", Wording: "I want the newsletter of SMTPServer at this address. I can leave at any time by the link in each mail.", Proof: "mail asked for 2026-11-23T11:02:09Z from 2001:db8::7, its signed link " + sampleID + " followed from 2001:db8::7"},
			{Kind: "asked", At: ago(4 * time.Hour), IP: "2001:db8::7", Wording: "I want the newsletter of SMTPServer at this address. I can leave at any time by the link in each mail."},
		}}
	})
	return []Story{
		list("", func(*pages.StaffSubscribers) {}),
		list("-empty", func(v *pages.StaffSubscribers) {
			v.Subscribed, v.Gone, v.Waiting, v.Rows, v.Pager = 0, 0, 0, nil, components.Pager{}
		}),
		refused(list("-refused", func(v *pages.StaffSubscribers) {
			v.Errors = pages.Errors{"reason": "Say in a few words why. It stands in the audit log."}
		})),
		one,
	}
}

func mailings() []Story {
	crumbs := []layout.Crumb{{Label: "Mailings", URL: "/staff/mailings"}, {Label: "November news"}}
	desk := func(name, title string, page func(layout.Page) view) Story {
		return office(name, title, crumbs, func(p layout.Page) view {
			p.Active = layout.NavStaffMailings
			return page(p)
		})
	}
	segment := func(p layout.Page) pages.StaffSegment {
		return pages.StaffSegment{
			Page: p, ID: sampleID, Name: "Businesses that sleep", Kind: "business", MaxSent: "0", Countries: []string{"DE"}, AllCountries: []components.Option{{Value: "AT", Label: "Austria"}, {Value: "DE", Label: "Germany"}, {Value: "CH", Label: "Switzerland"}},
			Counted: true, Accounts: 1204, People: 1190, Unconfirmed: 11, Refused: 41, Bounced: 7, Reached: 1131,
		}
	}
	form := pages.StaffMailingForm{
		Name: "November news", FromName: "SMTPServer", FromLocal: "news", Kind: "markdown", Subject: "What is new in November", Preheader: "Campaigns whose numbers add up",
		Body: "# Hello {{ name | default: \"there\" }}\n\nCampaigns are here. **Every number opens the list behind it.**\n\n[See how it works](https://example.com/campaigns)\n", Owners: true, Subscribers: true, Opens: true, Clicks: true, Segments: []string{sampleID}, Revision: "3",
	}
	edit := func(p layout.Page) pages.StaffMailingEdit {
		return pages.StaffMailingEdit{
			Page: p, ID: sampleID, StaffMailingForm: form, Domain: "mail.smtpserver.example", AllSegments: staffSegments(),
			Reach:       &pages.StaffReach{All: 5920, Included: 5611, OptedOut: 260, Suppressed: 31, Unconfirmed: 18, Parts: []pages.StaffPart{{Name: "Businesses that sleep", Included: 1131}, {Name: "Newsletter", Included: 4480}}},
			Checks:      []pages.StaffCheck{{Verdict: "good", Text: "5,611 people get it."}, {Verdict: "warning", Text: "It is 118 KB long: Gmail cuts off what is beyond 102 KB."}, {Verdict: "bad", Text: "Line 4: there is no field {{ nam }}."}},
			StartDenied: "Mend what the checks name first.",
		}
	}
	started, finished := ago(5*time.Hour), ago(time.Hour)
	report := func(p layout.Page) pages.StaffMailing {
		return pages.StaffMailing{
			Page: p, ID: sampleID, Name: "November news", Subject: "What is new in November", From: "SMTPServer <news@mail.smtpserver.example>", State: "done", Audience: "Businesses that sleep, Newsletter",
			StartedAt: &started, FinishedAt: &finished, People: 5920, Sent: 5560, Opened: 2311, Clicked: 402, Left: 12, Tracked: true,
			Sum:   []pages.StaffSum{{Name: "sent", Label: "Have it", N: 5560}, {Name: "waiting", Label: "Wait", N: 0}, {Name: "suppressed", Label: "Address does not take mail", N: 31}, {Name: "opted_out", Label: "Want no news", N: 260}, {Name: "failed", Label: "Came back", N: 51}, {Name: "skipped", Label: "Skipped", N: 18}},
			Parts: []pages.StaffPart{{Name: "Businesses that sleep", All: 1190, Sent: 1101, Opened: 310, Clicked: 44, Left: 9}, {Name: "Newsletter", All: 4820, Sent: 4459, Opened: 2001, Clicked: 358, Left: 3}},
			Links: []pages.StaffLink{{URL: "https://example.com/campaigns", Human: 380, Machine: 212}, {URL: "https://example.com/" + words(2), Human: 22}},
		}
	}
	rows := []pages.StaffMailingRow{
		{ID: sampleID, Name: "November news", Subject: "What is new in November", State: "sending", Audience: "All owners, Newsletter", People: 5920, Sent: 3120, At: ago(time.Minute)},
		{ID: otherID, Name: words(1), Subject: words(1), State: "draft", Audience: "nobody yet", At: ago(50 * time.Hour)},
	}
	return []Story{
		desk("staff_mailings", "Mailings", func(p layout.Page) view { return pages.StaffMailings{Page: p, Rows: rows} }),
		desk("staff_mailings-empty", "Mailings", func(p layout.Page) view { return pages.StaffMailings{Page: p} }),
		desk("staff_mailing_edit", "November news", func(p layout.Page) view { return edit(p) }),
		refused(desk("staff_mailing_edit-refused", "A new mailing", func(p layout.Page) view {
			v := edit(p)
			v.ID, v.Reach, v.Checks = "", nil, nil
			v.Name, v.Subject, v.Errors = "", "", pages.Errors{"name": "Give it a name, so that you find it again.", "subject": "A mail has a subject.", "audience": "Choose whom it goes to."}
			return v
		})),
		desk("staff_mailing", "November news", func(p layout.Page) view { return report(p) }),
		desk("staff_mailing-sending", "November news", func(p layout.Page) view {
			v := report(p)
			v.State, v.FinishedAt, v.CanPause, v.CanCancel, v.Links = "sending", nil, true, true, nil
			return v
		}),
		desk("staff_recipients", "November news", func(p layout.Page) view {
			return pages.StaffRecipients{Page: p, ID: sampleID, List: "failed", Lists: report(p).Sum, Rows: []pages.StaffRecipientRow{
				{Address: "kontor@outlook.com", State: "bounced", Why: "There is no such mailbox.", At: ago(time.Hour)}, {Address: longMail, State: "opted_out", Why: "They do not want our news."},
			}, Pager: components.Pager{Older: "?after=x"}}
		}),
		desk("staff_segments", "Customer segments", func(p layout.Page) view { return pages.StaffSegments{Page: p, Rows: staffSegments()} }),
		desk("staff_segments-empty", "Customer segments", func(p layout.Page) view { return pages.StaffSegments{Page: p} }),
		desk("staff_segment", "Businesses that sleep", func(p layout.Page) view { return segment(p) }),
		refused(desk("staff_segment-refused", "A new segment", func(p layout.Page) view {
			v := segment(p)
			v.ID, v.Counted, v.MinAge, v.Errors = "", false, "soon", pages.Errors{"min_age": "A whole number, please, or nothing."}
			return v
		})),
	}
}
