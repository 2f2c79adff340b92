package story

import (
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// audience is the pages of contacts, lists, segments and imports.
func audience() []Story {
	return append(append(people(), publicForms()...), append(sets(), imports()...)...)
}

func someContacts() []pages.ContactRow {
	return []pages.ContactRow{
		{ID: sampleID, Address: "anna.voss@gmail.com", Name: "Anna Voss", Kind: "individual", At: ago(time.Hour)},
		{ID: sampleID, Address: "buero@voss-gmbh.de", Name: "", Company: "Voss GmbH & Co. Kommanditgesellschaft auf Aktien", Kind: "corporate", At: ago(26 * time.Hour)},
		{ID: sampleID, Address: longMail, Name: words(1), Company: words(1), Kind: "individual", At: ago(400 * 24 * time.Hour)},
		{ID: sampleID, Address: "team@xn--grne-kche-p9ac.example", Name: "<b>Grüne Küche</b>", Kind: "corporate", At: ago(500 * 24 * time.Hour)},
	}
}

func contactForm() pages.ContactForm {
	return pages.ContactForm{Name: "Anna Voss", Kind: "individual", Company: "Voss GmbH", Language: "de", TimeZone: "Europe/Berlin", Fields: []pages.ContactField{
		{Key: "customer_no", Label: "Customer number", Kind: "number", Value: "20931"}, {Key: "birthday", Label: "Birthday", Kind: "date", Value: "1984-03-02"},
		{Key: "apple", Label: "Favourite apple", Kind: "choice", Choices: []string{"Boskoop", "Topaz"}, Value: "Topaz"}, {Key: "vip", Label: "Regular customer", Kind: "yes_no", Value: "yes"},
	}}
}

func someLists() []pages.ListChoice {
	return []pages.ListChoice{{ID: sampleID, Name: "Autumn letter", Members: 41_280, Chosen: true}, {ID: otherID, Name: "Recipes", Members: 812}}
}

func people() []Story {
	show := func(name string, change func(*pages.ContactShow)) Story {
		return inside("contact_show"+name, "anna.voss@gmail.com", layout.NavContacts, func(p layout.Page) view {
			v := pages.ContactShow{
				Page: p, ID: sampleID, Address: "anna.voss@gmail.com", At: ago(30 * 24 * time.Hour), ContactForm: contactForm(), Lists: someLists()[:1], Others: []components.Option{{Value: otherID, Label: "Recipes"}},
				Topics:    []pages.TopicState{{ID: sampleID, Name: "Offers", Choice: "out"}, {ID: otherID, Name: "Recipes", Choice: "in"}},
				Consents:  []pages.ConsentRow{{Kind: "withdrawn", Source: "preferences", Subject: "Offers", At: ago(time.Hour)}, {Kind: "given", Source: "import", Wording: "They ticked “Yes, send me the letter” at our shop's checkout between January and October 2026.", ImportID: sampleID, At: ago(30 * 24 * time.Hour)}},
				Mail:      latest()[:3],
				Campaigns: []pages.SentRow{{ID: sampleID, Name: "Autumn letter: apples are in", State: "delivered", MessageID: sampleID}, {ID: otherID, Name: words(1), State: "opted_out", Why: "They opted out of this topic."}},
			}
			change(&v)
			return v
		})
	}
	return []Story{
		inside("contact_list", "Contacts", layout.NavContacts, func(p layout.Page) view {
			return pages.ContactList{Page: p, In: "address", Rows: someContacts(), Total: 1_204_311, Older: "?after=x"}
		}),
		inside("contact_list-no_match", "Contacts", layout.NavContacts, func(p layout.Page) view {
			return pages.ContactList{Page: p, In: "name", Query: "Zebra", Total: 12}
		}),
		inside("contact_list-empty", "Contacts", layout.NavContacts, func(p layout.Page) view {
			return pages.ContactList{Page: p, In: "address"}
		}),
		show("", func(*pages.ContactShow) {}),
		show("-suppressed", func(v *pages.ContactShow) {
			v.Suppressions = []pages.SuppressionRow{{Stream: "broadcast", Reason: "They unsubscribed on 3 November."}}
			v.Lists, v.Topics, v.Consents, v.Mail, v.Denied = nil, nil, nil, nil, "Your role in this account, viewer, does not allow this."
		}),
		refused(inside("contact_new-refused", "New contact", layout.NavContacts, func(p layout.Page) view {
			form := contactForm()
			form.Email, form.Errors = "anna", pages.Errors{"email": "This is no e-mail address that a list can hold.", "consent": "Say in a sentence how these people agreed to get your mail, and when."}
			return pages.ContactNew{Page: p, ContactForm: form, Consent: "yes", Lists: someLists()}
		})),
		inside("contact_fields", "Fields of contacts", layout.NavContacts, func(p layout.Page) view {
			return pages.ContactFields{Page: p, Rows: contactForm().Fields, Kind: "text"}
		}),
		inside("contact_fields-empty", "Fields of contacts", layout.NavContacts, func(p layout.Page) view {
			return pages.ContactFields{Page: p, Kind: "text"}
		}),
	}
}

func publicForms() []Story {
	form := func(name string, change func(*pages.Subscribe)) Story {
		return outside("subscribe"+name, "Autumn letter", func(p layout.Page) view {
			p.Lang = "de"
			v := pages.Subscribe{Page: p, FormID: sampleID, Sender: "Hofladen Brandt", List: "Herbstbrief", Wording: "Unser Brief über Äpfel, etwa einmal im Monat.", Language: "de"}
			change(&v)
			return v
		})
	}
	return []Story{
		form("", func(*pages.Subscribe) {}),
		refused(form("-refused", func(v *pages.Subscribe) { v.Email, v.Problem = "anna", "Das ist keine E-Mail-Adresse." })),
		form("-asked", func(v *pages.Subscribe) { v.Asked = true }),
		outside("subscribe_confirm", "Confirm", func(p layout.Page) view {
			return pages.SubscribeConfirm{Page: p, Action: "/subscribe/x", Sender: "Hofladen Brandt", List: "Autumn letter"}
		}),
		outside("subscribe_confirm-done", "Confirm", func(p layout.Page) view {
			return pages.SubscribeConfirm{Page: p, Sender: "Hofladen Brandt", List: "Autumn letter", Done: true}
		}),
		outside("preference_show", "Preferences", func(p layout.Page) view {
			return pages.PreferenceShow{Page: p, Token: "x", Sender: "Hofladen Brandt", Topics: []pages.PreferenceTopic{{ID: sampleID, Name: "Offers", Description: "What is cheaper this week."}, {ID: otherID, Name: "Recipes", Wanted: true}}}
		}),
	}
}

func sets() []Story {
	lists := []pages.ListRow{{ID: sampleID, Name: "Autumn letter", Topic: "Offers", Members: 41_280}, {ID: otherID, Name: words(1), Description: words(2), Members: 0}}
	topics := []pages.TopicRow{{ID: sampleID, Name: "Offers", Description: "What is cheaper this week."}, {ID: otherID, Name: "Recipes"}}
	segment := func(p layout.Page) pages.SegmentShow {
		properties := []components.Option{{Value: "", Label: "(no rule)"}, {Value: "list", Label: "On the list"}, {Value: "kind", Label: "Kind (individual, corporate)"}, {Value: "sent", Label: "Mail sent"}}
		operators := []components.Option{{Value: "is", Label: "is"}, {Value: "not_in_last_days", Label: "not in the last … days"}}
		return pages.SegmentShow{
			Page: p, All: true, Properties: properties, Operators: operators,
			Groups: []pages.RuleGroup{
				{Prefix: "g0_", All: true, Rules: []pages.RuleRow{{Prefix: "g0_r0_", Property: "list", Operator: "is", Value: "Autumn letter"}, {Prefix: "g0_r1_", Property: "sent", Operator: "not_in_last_days", Value: "30"}, {Prefix: "g0_r2_"}}},
				{Prefix: "g1_", Rules: []pages.RuleRow{{Prefix: "g1_r0_", Property: "kind", Operator: "is", Value: "corporate"}, {Prefix: "g1_r1_"}}},
			},
		}
	}
	return []Story{
		inside("list_list", "Lists", layout.NavLists, func(p layout.Page) view { return pages.ListList{Page: p, Rows: lists, Topics: topics} }),
		inside("list_list-empty", "Lists", layout.NavLists, func(p layout.Page) view { return pages.ListList{Page: p} }),
		inside("list_show", "Autumn letter", layout.NavLists, func(p layout.Page) view {
			return pages.ListShow{Page: p, ListRow: lists[0], Contacts: someContacts(), Older: "?after=x", Form: pages.ListForm{Live: true, Wording: "Our letter about apples, once a month.", URL: "https://mail.example.com/f/" + sampleID, HTML: "<form action=\"https://mail.example.com/f/" + sampleID + "\">\n  <button>Subscribe</button>\n</form>"}}
		}),
		inside("list_show-empty", "Recipes", layout.NavLists, func(p layout.Page) view { return pages.ListShow{Page: p, ListRow: lists[1]} }),
		inside("segment_list", "Segments", layout.NavSegments, func(p layout.Page) view {
			return pages.SegmentList{Page: p, Rows: []pages.SegmentRow{{ID: sampleID, Name: "Quiet firms", Counted: 4_310, CountedAt: ago(time.Minute)}, {ID: otherID, Name: words(1), Counted: -1}}}
		}),
		inside("segment_list-empty", "Segments", layout.NavSegments, func(p layout.Page) view { return pages.SegmentList{Page: p} }),
		inside("segment_show", "Quiet firms", layout.NavSegments, func(p layout.Page) view {
			v := segment(p)
			v.SegmentRow, v.Sample = pages.SegmentRow{ID: sampleID, Name: "Quiet firms", Counted: 4_310, CountedAt: ago(time.Minute)}, someContacts()
			return v
		}),
		refused(inside("segment_show-refused", "New segment", layout.NavSegments, func(p layout.Page) view {
			v := segment(p)
			v.Counted, v.Errors = -1, pages.Errors{"name": "Give it a name, so that you find it again.", "rules": "There is no list called “Autum letter”."}
			return v
		})),
		inside("segment_show-deep", "Deep", layout.NavSegments, func(p layout.Page) view {
			return pages.SegmentShow{Page: p, SegmentRow: pages.SegmentRow{ID: sampleID, Name: "Deep", Counted: 0, CountedAt: ago(time.Hour)}, JSON: "{\n  \"not\": {\n    \"property\": \"name\",\n    \"operator\": \"known\"\n  }\n}"}
		}),
	}
}

func imports() []Story {
	counts := pages.ImportCounts{Rows: 48_211, Added: 41_280, Updated: 3_902, Unchanged: 1_870, Duplicate: 611, Suppressed: 240, Rejected: 308}
	show := func(name, state string, change func(*pages.ImportShow)) Story {
		return inside("import_show-"+name, "autumn.csv", layout.NavImports, func(p layout.Page) view {
			v := pages.ImportShow{Page: p, ID: sampleID, File: "Kunden Herbst 2026 (final).csv", Size: 3_402_118, State: state, At: ago(4 * time.Minute)}
			change(&v)
			return v
		})
	}
	mapping := func(v *pages.ImportShow) {
		v.Open, v.IsCSV, v.Header, v.Encoding, v.Delimiter, v.Policy, v.Lists = true, true, true, "windows-1252", "semicolon", "fill", someLists()
		v.Encodings = []components.Option{{Value: "utf-8", Label: "Unicode (UTF-8)"}, {Value: "windows-1252", Label: "Western European (Windows-1252)"}}
		v.Delimiters = []components.Option{{Value: "comma", Label: "Comma"}, {Value: "semicolon", Label: "Semicolon"}}
		v.Parts = []components.Option{{Value: "", Label: "Leave out"}, {Value: "email", Label: "E-mail address"}, {Value: "name", Label: "Name"}, {Value: "company", Label: "Company"}}
		v.Columns = []pages.ImportColumn{
			{Field: "column_0", Name: "E-Mail", Part: "email", Samples: []string{"anna.voss@gmail.com", "buero@voss-gmbh.de", longMail}},
			{Field: "column_1", Name: "Name", Part: "name", Samples: []string{"Anna Voß", "Müller"}}, {Field: "column_2", Name: "Bemerkung", Samples: []string{words(1)}},
		}
		v.Sample = [][]string{{"anna.voss@gmail.com", "Anna Voß", ""}, {"buero@voss-gmbh.de", "Müller", words(1)}, {longMail}}
	}
	result := func(v *pages.ImportShow) {
		v.Checked = counts
		v.Reasons = []pages.ImportReason{{Text: "the same address stands further up in the file; the first counts", Class: "duplicate", Rows: 611}, {Text: "on the suppression list: this address is not mailed", Class: "suppressed", Rows: 240}, {Text: "not a valid e-mail address", Class: "rejected", Rows: 308}}
		v.Grade, v.GradeReasons = "B", []string{"1.3 % of the rows repeat an address of the file.", "0.6 % of the rows have no valid address."}
	}
	return []Story{
		inside("import_list", "Imports", layout.NavImports, func(p layout.Page) view {
			return pages.ImportList{Page: p, Rows: []pages.ImportRow{
				{ID: sampleID, File: "Kunden Herbst 2026 (final).csv", State: "importing", Counts: counts, At: ago(time.Minute)}, {ID: otherID, File: "messe.xlsx", State: "done", Counts: counts, At: ago(90 * time.Hour)},
				{ID: otherID, File: "old.csv", State: "held", Counts: counts, At: ago(900 * time.Hour)}, {ID: otherID, File: longLocal + longLocal + ".csv", State: "undone", Counts: counts, At: ago(1900 * time.Hour)},
			}}
		}),
		refused(inside("import_list-refused", "Imports", layout.NavImports, func(p layout.Page) view {
			return pages.ImportList{Page: p, Errors: pages.Errors{"file": "This is an old Excel file (.xls) or one with a password. Save it as .xlsx without a password, or as CSV."}}
		})),
		show("mapping", "mapping", mapping),
		refused(show("refused", "mapping", func(v *pages.ImportShow) {
			mapping(v)
			v.Consent, v.Errors = "yes", pages.Errors{"columns": "Say which one column holds the e-mail address.", "consent": "Say in a sentence how these people agreed to get your mail, and when."}
		})),
		show("unreadable", "mapping", func(v *pages.ImportShow) {
			mapping(v)
			v.Unreadable = "The file has more than 500 columns. Is the delimiter right? If so, leave out what is not needed."
		}),
		show("checking", "checking", func(v *pages.ImportShow) {
			v.Working, v.RowsDone, v.Part, v.Rate, v.Left = true, 21_000, 43, 24_100, 14*time.Second
		}),
		show("checked", "checked", func(v *pages.ImportShow) { mapping(v); result(v) }),
		show("held", "held", func(v *pages.ImportShow) {
			mapping(v)
			result(v)
			v.Checked.Rejected, v.Grade, v.Reason = 12_308, "E", "More than 5 % of the rows are invalid. A list that people signed up for has hardly any: please look at the rejected rows before you decide."
		}),
		show("done", "done", func(v *pages.ImportShow) {
			result(v)
			v.Counts, v.CanUndo, v.UndoUntil = counts, true, now.Add(30*24*time.Hour)
		}),
		show("undone", "undone", func(v *pages.ImportShow) {
			result(v)
			v.Counts = counts
			v.Counts.Removed, v.Counts.Restored, v.Counts.Kept = 41_270, 3_900, 12
		}),
		show("failed", "failed", func(v *pages.ImportShow) {
			v.Failed, v.Reason = true, "This sheet has more rows than a workbook can hold (1,048,576). Save it as CSV."
		}),
	}
}
