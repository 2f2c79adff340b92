package story

import (
	"strings"
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

func sampleVersions() []pages.VersionLink {
	return []pages.VersionLink{
		{Number: 4, EffectiveOn: "1 January 2027", Note: "announced", URL: "/terms/4"}, {Number: 3, EffectiveOn: "1 July 2026", Note: "in force", URL: "/terms/3"},
		{Number: 2, EffectiveOn: "1 March 2025", Note: "replaced", URL: "/terms/2"}, {Number: 1, EffectiveOn: "1 February 2024", Note: "withdrawn", URL: "/terms/1"},
	}
}

func span(op, text string) components.RedlineSpan { return components.RedlineSpan{Op: op, Text: text} }

func block(kind string, spans ...components.RedlineSpan) components.RedlinePart {
	return components.RedlinePart{Block: &components.RedlineBlock{Kind: kind, Level: 1, Spans: spans}}
}

func headline(spans ...components.RedlineSpan) *components.RedlineBlock {
	return &components.RedlineBlock{Kind: "heading", Level: 2, Spans: spans}
}

// sampleRedline is a long change of every kind: numbers, a moved paragraph, a deleted
// sentence, a new section.
func sampleRedline() components.Redline {
	item := func(marker string, spans ...components.RedlineSpan) components.RedlinePart {
		p := block("item", spans...)
		p.Block.Marker = marker
		return p
	}
	moved := block("paragraph", span("same", "We delete your account's data within "), span("removed", "ninety"), span("added", "thirty"), span("same", " days after you close it."))
	moved.Block.Note = "Moved here from “4. How long we keep what you send”."
	away := components.RedlinePart{Block: &components.RedlineBlock{Kind: "paragraph", Note: "A paragraph moved from here to “12. Closing”.", Away: true}}
	return components.Redline{Unchanged: 7, Sections: []components.RedlineSection{
		{Heading: headline(span("same", "4. How long we keep what you send")), Parts: []components.RedlinePart{
			block("paragraph", span("same", "We keep the content of each message for "), span("removed", "30"), span("added", "60"), span("same", " days so that you can look it up, and its log for one year. "), span("added", "You can choose a shorter time for each domain in your settings. "), span("same", "After that both are erased. "), span("removed", "Ask us if you need more.")),
			away, {LeftOut: "… 2 paragraphs are unchanged"},
		}},
		{Heading: headline(span("same", "9. Paying")), Parts: []components.RedlinePart{
			block("paragraph", span("same", "Plans are paid "), span("removed", "by card"), span("added", "by card or, for businesses, by invoice within 14 days"), span("same", ". If a payment fails we write to you "), span("added", "three times over ten days "), span("same", "before we pause newsletters.")),
			item("1.", span("same", "Prices are without tax.")), item("2.", span("added", "Unused volume is not paid out.")),
		}},
		{Heading: headline(span("added", "12. Closing")), Parts: []components.RedlinePart{moved}},
	}}
}

func sampleAnnounced() pages.TermsAnnounced {
	return pages.TermsAnnounced{
		Document: "terms", Name: "Terms of service", Digest: strings.Repeat("ab", 32), Number: 4, Replaces: 3, EffectiveOn: "1 January 2027", LastDay: "31 December 2026",
		NoticeOn: "23 November 2026", DaysAhead: 39, MailedTo: "inhaber@hofladen-brandt.de", MailWord: "delivered",
		Summary: []string{"We keep the content of messages longer, businesses can pay by invoice, and what happens after closing has a section of its own."}, Changes: sampleRedline(), WholeURL: "/terms/4",
	}
}

func livingTerms() []Story {
	records := []pages.TermsRecord{
		{At: ago(60 * 24 * time.Hour), What: "Accepted terms of service, version 3", By: "by use over SMTP", Who: "a credential", Address: "203.0.113.80", Hash: strings.Repeat("4f", 32)},
		{At: ago(200 * 24 * time.Hour), What: "Accepted terms of service, version 2", By: "at sign-up", Who: "you", Address: "2001:db8:7:1::aa", Hash: strings.Repeat("9c", 32)},
	}
	inForce := []pages.TermsInForce{
		{Name: "Terms of service", Number: 3, EffectiveOn: "1 July 2026", URL: "/terms/3", How: "Accepted by use over SMTP on 2 July 2026"},
		{Name: "Privacy", Number: 1, EffectiveOn: "1 February 2024", URL: "/privacy/1", How: "Informs; nothing to accept"},
	}
	page := func(p layout.Page, announced ...pages.TermsAnnounced) pages.SettingsTerms {
		return pages.SettingsTerms{Page: p, InForce: inForce, Announced: announced, Records: records, ExportURL: "/a/x/settings/data"}
	}
	quiet := inside("settings_terms", "Terms", layout.NavSettings, func(p layout.Page) view { return page(p) })
	announced := inside("settings_terms-announced", "Terms", layout.NavSettings, func(p layout.Page) view { return page(p, sampleAnnounced()) })
	objected := inside("settings_terms-objected", "Terms", layout.NavSettings, func(p layout.Page) view {
		a := sampleAnnounced()
		a.ObjectedOn, a.MovedFrom = "24 November 2026", "25 December 2026"
		second := sampleAnnounced()
		second.Document, second.Name, second.AgreedOn, second.Replaces, second.Number = "acceptable_use", "Acceptable use", "25 November 2026", 0, 1
		v := page(p, a, second)
		v.Problem = "The text you saw is not the one that stands here now. Please read it again."
		return v
	})
	barred := inside("settings_terms-closed", "Terms", layout.NavSettings, func(p layout.Page) view {
		v := page(p)
		v.Withdrawn = []pages.TermsWithdrawn{{Name: "Privacy", Number: 2, Announced: "5 January 2027", On: "20 November 2026", Objected: true}}
		v.Denied = "Only the owner of the account decides about the terms."
		v.Barred = []pages.TermsBarred{{Document: "terms", Name: "terms of service", Digest: "x", Number: 4, EffectiveOn: "1 January 2027", ObjectedOn: "24 November 2026", WholeURL: "/terms/4"}}
		return v
	})
	banner := with(inside("settings_profile-banner", "Settings", layout.NavSettings, func(p layout.Page) view { return settings()[0].page(p) }), func(p *layout.Page) {
		p.Banners = []layout.Banner{{Tone: layout.Accent, Title: "Terms of service: changed from 1 January 2027 on.", Text: "Version 4 is announced.", Action: "See what changes", URL: "/a/x/settings/terms"}}
	})
	changes := outside("terms_changes", "What changes", func(p layout.Page) view {
		return pages.TermsChanges{Page: p, Name: "Terms of service", Number: 4, With: 3, EffectiveOn: "1 January 2027", State: "announced", Summary: sampleAnnounced().Summary[0], Changes: sampleRedline(), Versions: sampleVersions(), URL: "/terms/4/changes", WholeURL: "/terms/4"}
	})
	none := outside("terms_none", "Acceptable use", func(p layout.Page) view {
		a := sampleAgreement()
		return pages.TermsNone{Page: p, Name: "Acceptable use", InForce: append(a.With[1:], a.Informs...), FeedURL: "/terms/feed.atom"}
	})
	return append([]Story{quiet, announced, objected, barred, banner, changes, none}, staffTerms()...)
}

// office is a story of the back office.
func office(name, title string, crumbs []layout.Crumb, page func(layout.Page) view) Story {
	return with(inside(name, title, layout.NavStaffTerms, page), func(p *layout.Page) {
		p.Account, p.Accounts, p.Breadcrumbs = nil, nil, crumbs
		p.User = &layout.User{Name: "Robin", Email: "robin@smtpserver.example"}
	})
}

func staffTerms() []Story {
	home := office("staff_home", "Back office", nil, func(p layout.Page) view {
		p.Active = layout.NavStaff
		return pages.StaffHome{Page: p}
	})
	list := office("staff_terms", "Terms", []layout.Crumb{{Label: "Terms"}}, func(p layout.Page) view {
		return pages.StaffTerms{Page: p, Documents: []pages.StaffDocument{
			{Document: "terms", Name: "Terms of service", Open: true, Versions: []pages.StaffVersionRow{
				{Number: 4, State: "announced", EffectiveOn: "1 January 2027", Note: "notices: 212 of 4,310 are under way", URL: "/staff/terms/4"}, {Number: 3, State: "in force", EffectiveOn: "1 July 2026", URL: "/staff/terms/3"}, {Number: 2, State: "replaced", EffectiveOn: "1 March 2025", URL: "/staff/terms/2"},
			}},
			{Document: "privacy", Name: "Privacy", Draft: "A draft waits for a second person's approval.", Versions: []pages.StaffVersionRow{{Number: 1, State: "in force", EffectiveOn: "1 July 2026", URL: "/staff/terms/1?document=privacy"}}},
			{Document: "acceptable_use", Name: "Acceptable use"},
		}}
	})
	crumbs := []layout.Crumb{{Label: "Terms", URL: "/staff/terms"}, {Label: "Terms of service, draft"}}
	draft := func(p layout.Page) pages.StaffDraft {
		return pages.StaffDraft{
			Page: p, Document: "terms", Name: "Terms of service", Heading: "Terms of service", Kind: "material", Effective: "2027-01-05", EffectiveOn: "5 January 2027", Summary: sampleAnnounced().Summary[0], Revision: 7, Replaces: 3,
			Markdown: "# Terms of service\n\n## 4. How long we keep what you send\n\nWe keep the content of each message for 60 days so that you can look it up.\n", Lawful: "26 December 2026", Suggested: "31 December 2026",
			Preview: pages.StaffDraftPreview{HTML: sampleTerms, Changes: sampleRedline(), Added: 38, Removed: 9}, SavedBy: "ada@smtpserver.example", SavedAt: ago(time.Hour), ApprovedBy: "robin@smtpserver.example", Audience: 4310,
		}
	}
	editor := office("staff_draft", "Draft", crumbs, func(p layout.Page) view { return draft(p) })
	refusedDraft := refused(office("staff_draft-refused", "Draft", crumbs, func(p layout.Page) view {
		v := draft(p)
		v.ApprovedBy, v.ApproveDenied, v.AnnounceDenied = "", "You wrote it as it stands: somebody else has to read and approve it.", "A second person has to approve it first."
		v.Errors = pages.Errors{"effective_on": "This day does not exist. Write it as year-month-day, for example 2027-03-31."}
		v.Preview.Problems = []string{"Notice is given at least 30 full days before. The earliest lawful date is 26 December 2026."}
		return v
	}))
	fresh := office("staff_draft-new", "Draft", crumbs, func(p layout.Page) view {
		return pages.StaffDraft{Page: p, Document: "acceptable_use", Name: "Acceptable use", Heading: "Acceptable use", Kind: "material", Effective: "2026-12-31", EffectiveOn: "31 December 2026", Lawful: "26 December 2026", Suggested: "31 December 2026", Preview: pages.StaffDraftPreview{Same: true, Problems: []string{"Write the text."}}}
	})
	notice := office("staff_notice", "Notice", crumbs, func(p layout.Page) view {
		return pages.StaffNotice{Page: p, Document: "terms", Name: "Terms of service", Customer: "Hofladen Brandt", To: "inhaber@hofladen-brandt.de", Subject: "Our terms of service change on 1 January 2027", Text: "Hello,\n\nOn 1 January 2027 version 4 of our terms of service takes effect and\nreplaces version 3.\n", MailURL: "/mail.html", Banner: "Terms of service: changed from 1 January 2027 on."}
	})
	version := office("staff_version", "Terms of service 4", []layout.Crumb{{Label: "Terms", URL: "/staff/terms"}, {Label: "Terms of service 4"}}, func(p layout.Page) view {
		f := func(label string, n int64, tone components.Tone) pages.StaffFigure {
			return pages.StaffFigure{Label: label, Count: n, Of: 4310, Tone: tone}
		}
		return pages.StaffVersion{
			Page: p, Document: "terms", Name: "Terms of service", Number: 4, State: "announced", Kind: "change, with notice", EffectiveOn: "1 January 2027", Summary: sampleAnnounced().Summary[0],
			DraftedBy: "ada@smtpserver.example", ApprovedBy: "robin@smtpserver.example", AnnouncedBy: "ada@smtpserver.example", AnnouncedAt: ago(72 * time.Hour), NotifiedAt: ago(70 * time.Hour), Digest: strings.Repeat("ab", 32),
			Figures:     []pages.StaffFigure{f("Told in the portal", 4310, components.ToneAccent), f("Mail delivered", 4301, components.ToneGood), f("Mail under way", 0, components.ToneWaiting), f("Mail came back", 9, components.ToneBad)},
			Decisions:   []pages.StaffFigure{f("Accepted explicitly", 712, components.ToneGood), f("Accepted by use", 0, components.ToneGood), f("Objected", 3, components.ToneBad), f("Neither yet", 3595, components.ToneWaiting)},
			Unreachable: []pages.StaffUnreachable{{Account: "Verein zur Pflege der Streuobstwiesen", Address: longMail, Why: "There is no such mailbox.", Others: "kasse@streuobst.example, vorstand@streuobst.example", At: ago(70 * time.Hour)}},
			TextURL:     "/terms/4", ChangesURL: "/terms/4/changes", CanWithdraw: true,
		}
	})
	return []Story{home, list, editor, refusedDraft, fresh, notice, version}
}
