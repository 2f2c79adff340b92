package story

import (
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// standings are how accounts stand, for them and for staff.
func standings() []Story {
	rows := []pages.FigureRow{
		{What: "Bounces, broadcast", Day: pages.FigureCell{Text: "1,034 of 9,800 (10.6 %)", Fill: 1, Tone: components.ToneBad}, Week: pages.FigureCell{Text: "1,102 of 21,450 (5.1 %)", Fill: 0.51, Tone: components.ToneWarn}, Warn: 0.4, Hold: 0.8, Thresholds: "4 % warned, 6 % slowed, 8 % held"},
		{What: "Complaints, broadcast", Day: pages.FigureCell{Text: "2 of 9,800 (0.02 %)", Fill: 0.05, Tone: components.ToneGood}, Week: pages.FigureCell{Text: "6 of 21,450 (0.03 %)", Fill: 0.08, Tone: components.ToneGood}, Warn: 0.21, Hold: 0.8, Thresholds: "0.08 % warned, 0.2 % slowed, 0.3 % held"},
		{What: "Bounces, transactional", Day: pages.FigureCell{Text: "1 of 84 (1.2 %)", Fill: 0.12, Tone: components.ToneWaiting}, Week: pages.FigureCell{Text: "Nothing sent", Tone: components.ToneWaiting}, Warn: 0.4, Hold: 0.8, Thresholds: "4 % warned, 6 % slowed, 8 % held"},
	}
	const seen = "In the last 24 hours, 1,034 of 9,800 recipients (10.6 %) bounced because the address does not exist or takes no mail; the threshold is 8 %."
	const way = "Addresses that bounced are suppressed already. Do not write to addresses that were bought or guessed, or to lists that got nothing for a year: check them by an import first. It is lifted by itself once the figures are back below the threshold, by Sunday, 29 November 14:00 UTC if nothing bad comes until then. Or write to us on this page: a person answers."
	steps := []pages.StandingStep{
		{What: "Campaign paused", Tone: "tone-bad", Words: "Of this campaign, 31 of 290 recipients (10.7 %) bounced because the address does not exist or takes no mail; the threshold is 10 %. The campaign is paused; nothing else is held for that.", At: ago(time.Hour), URL: "#"},
		{What: "Broadcast held", Tone: "tone-bad", Words: seen + " Newsletters and other broadcast mail wait. Transactional mail, such as password resets, goes on as ever.", WayOut: way, At: ago(2 * time.Hour)},
		{What: "Warned", Tone: "tone-warn", Words: seen + " Nothing was held for that alone.", At: ago(2 * time.Hour)},
		{What: "Lifted", Tone: "tone-good", Words: "A person looked at it and lifted it. What was counted until now is settled; figures begin anew.", Reason: "The list came from a shop system that had lost its bounces. " + words(1), By: "our staff", At: ago(21 * 24 * time.Hour)},
	}
	own := func(name string, change func(*pages.StandingShow)) Story {
		return inside("standing"+name, "Standing", layout.NavStanding, func(p layout.Page) view {
			v := pages.StandingShow{Page: p, State: "good", Words: "In good standing", Sentence: "Nothing is held. The figures are below every threshold.", Rows: rows[1:]}
			change(&v)
			return v
		})
	}
	one := func(name string, change func(*pages.StaffCase)) Story {
		return backOffice("staff_case"+name, "Hofladen Brandt", layout.NavStaffReputation, func(p layout.Page) view {
			v := pages.StaffCase{
				Page: p, AccountID: "a", Account: "Hofladen Brandt", State: "broadcast_held", Words: "Broadcast mail held", CaseOpen: true, Kind: "answer", Rows: rows, Steps: steps,
				Sentence: "Newsletters and other broadcast mail wait. Transactional mail goes on as ever. It is lifted by itself by 29 November 14:00 UTC, if nothing bad comes until then.",
				Acts: []components.Option{
					{Value: "lift", Label: "Lift it", Hint: "Figures begin anew."}, {Value: "keep", Label: "Keep it", Hint: "It stays until we lift it, whatever the figures become."},
					{Value: "stop", Label: "Stop its mail now", Hint: "At every worker within ten seconds. Anybody of staff can start it again."}, {Value: "suspend", Label: "Suspend the account", Hint: "Nothing is sent. Two people have to lift it."},
				},
				Notes: []pages.StandingNote{
					{Who: "The customer · inhaber@hofladen-brandt.de", Kind: "appeal", Text: "The addresses come from our shop.\nWe did not know that half of them are ten years old.", At: ago(time.Hour)},
					{Who: "Note, staff only · sam@host.example", Kind: "note", Text: "Their first list of that size.", At: ago(90 * time.Minute)},
					{Who: "Seen by the program", Kind: "sign", Text: "Two other accounts were made from the same network in the day before.", At: ago(200 * time.Hour)},
				},
			}
			change(&v)
			return v
		})
	}
	list := func(name string, change func(*pages.StaffReputation)) Story {
		return backOffice("staff_reputation"+name, "Cases", layout.NavStaffReputation, func(p layout.Page) view {
			v := pages.StaffReputation{Page: p, Rows: []pages.CaseRow{
				{AccountID: "a", Account: "Hofladen Brandt", State: "broadcast_held", Words: "Broadcast mail held", OpenedBy: seen, OpenedAt: ago(2 * time.Hour), Appealed: true},
				{AccountID: "b", Account: words(1), State: "suspended", Words: "Suspended", OpenedBy: "Suspended by staff.", OpenedAt: ago(50 * time.Hour), LiftAsks: true},
				{AccountID: "c", Account: "Buchladen Nord", State: "good", Words: "In good standing", OpenedBy: "The customer wrote.", OpenedAt: ago(300 * time.Hour), Closed: true},
			}}
			change(&v)
			return v
		})
	}
	return []Story{
		own("", func(*pages.StandingShow) {}),
		own("-held", func(v *pages.StandingShow) {
			v.State, v.Words, v.WayOut, v.Rows, v.Steps = "broadcast_held", "Broadcast mail held", way, rows, steps
			v.Sentence = "Newsletters and other broadcast mail wait. Transactional mail goes on as ever. It is lifted by itself by 29 November 14:00 UTC, if nothing bad comes until then."
			v.Notes = []pages.StandingNote{{Who: "We answered", Kind: "answer", Text: "Thank you. Please take the old ones out and import the list again; then we look.", At: ago(20 * time.Minute)}, {Who: "You wrote", Kind: "appeal", Text: words(2), At: ago(time.Hour)}}
		}),
		own("-new", func(v *pages.StandingShow) {
			v.Limit, v.Used, v.LimitBar = "500", "310", pages.FigureCell{Fill: 0.62, Tone: components.ToneAccent}
			v.Lifts = "After a day on which at least a quarter of it was used, the limit becomes 1,000, as long as bounces stay under 2 % and complaints under 0.1 %. New accounts send one mail a second, and to 50 recipients with one message. Tell us below if you need more sooner."
		}),
		refused(own("-refused", func(v *pages.StandingShow) { v.Errors = pages.Errors{"text": "Write a few words."} })),
		own("-denied", func(v *pages.StandingShow) { v.Denied = "Only owners, admins, developers and marketers may do this." }),
		list("", func(*pages.StaffReputation) {}),
		list("-stopped", func(v *pages.StaffReputation) {
			v.Rows, v.Stopped, v.StopBy, v.StopAt = nil, "The machine may not be ours any more.", "sam@host.example", ago(4*time.Minute)
		}),
		one("", func(*pages.StaffCase) {}),
		one("-suspended", func(v *pages.StaffCase) {
			v.State, v.Words, v.Sentence = "suspended", "Suspended", "Nothing is sent for this account. What waits is kept, and everything can be read and exported."
			v.LiftBy, v.LiftReason = "eve@host.example", "They called us; the password was stolen and is changed."
			v.Acts = []components.Option{{Value: "ask_lift", Label: "Ask to lift the suspension", Hint: "A second person has to agree."}, {Value: "stop", Label: "Stop its mail now", Hint: "At every worker within ten seconds. Anybody of staff can start it again."}}
		}),
		refused(one("-refused", func(v *pages.StaffCase) {
			v.Act, v.Errors = "suspend", pages.Errors{"reason": "Say why, in words that the customer may read."}
		})),
	}
}
