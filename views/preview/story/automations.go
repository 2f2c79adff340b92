package story

import (
	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

func automations() []Story {
	form := pages.AutomationForm{
		Recipe: "welcome", Name: "Welcome to the letter", List: sampleID, Shift: "0", Hour: "9", IdleDays: "90", Yearly: true, Opens: true, Clicks: true, Domain: sampleID, FromName: "Hofladen Brandt", FromLocal: "post", Revision: "4",
		Lists: []components.Option{{Label: "Choose a list"}, {Value: sampleID, Label: "Autumn letter"}}, Fields: []components.Option{{Label: "Choose a field with dates"}, {Value: sampleID, Label: "Birthday"}},
		Domains: []components.Option{{Label: "Choose a proven domain"}, {Value: sampleID, Label: "hofladen-brandt.de"}}, Topics: []components.Option{{Label: "None: they leave everything"}, {Value: sampleID, Label: "Offers"}},
	}
	page := func(name, title string, build func(layout.Page) view) Story {
		return inside(name, title, layout.NavAutomations, build)
	}
	show := func(p layout.Page) pages.AutomationShow {
		return pages.AutomationShow{
			Page: p, AutomationForm: form, ID: sampleID, Words: "Who joins “Autumn letter”.", State: "on", Waiting: 212, Finished: 3120, Stopped: 44, ChangeDenied: "Turn it off to change it.",
			Steps: []pages.AutomationStepRow{
				{ID: sampleID, Subject: "Welcome, and a jar of honey", When: "At once.", Audience: 3376, Sent: 3341, Failed: 21, Waiting: 3, LeftOut: 11},
				{ID: otherID, Subject: words(1), When: "3 days after the step before.", Audience: 3140, Sent: 3128, Failed: 4, LeftOut: 8},
			},
		}
	}
	edit := func(recipe string) func(layout.Page) view {
		return func(p layout.Page) view {
			f := form
			f.Recipe = recipe
			return pages.AutomationEdit{Page: p, AutomationForm: f}
		}
	}
	step := func(p layout.Page) pages.AutomationStep {
		return pages.AutomationStep{
			Page: p, ID: sampleID, StepID: sampleID, Name: "Welcome to the letter", Revision: "4", WaitDays: "0", Subject: "Welcome, and a jar of honey", First: true,
			Editor: pages.ContentEditor{Kind: "markdown", Body: "Hello {{ name | default: \"there\" }},\n\nnice to have you.\n\n[Unsubscribe]({{ unsubscribe_url }})\n", VisualURL: "/visual", PreviewURL: "/preview"},
		}
	}
	return []Story{
		page("automation_list", "Automations", func(p layout.Page) view {
			return pages.AutomationList{Page: p, Rows: []pages.AutomationRow{
				{ID: sampleID, Name: "Welcome to the letter", Words: "Who joins “Autumn letter”.", State: "on", Steps: 3, Waiting: 212, Finished: 3120},
				{ID: otherID, Name: words(1), Words: "On the day in “Birthday”, each year, from 9:00 on.", State: "off", Steps: 1},
			}}
		}),
		page("automation_list-empty", "Automations", func(p layout.Page) view {
			return pages.AutomationList{Page: p, Denied: "Your role in this account, viewer, does not allow this. It takes the owner, an admin or a marketer."}
		}),
		page("automation_edit", "A new automation", edit("welcome")),
		page("automation_edit-date", "A new automation", edit("date")),
		refused(page("automation_edit-refused", "A new automation", func(p layout.Page) view {
			f := form
			f.Recipe, f.IdleDays, f.Name = "winback", "3", ""
			return pages.AutomationEdit{Page: p, AutomationForm: f, Errors: pages.Errors{"name": "Give it a name, so that you find it again.", "idle_days": "At least 7 days; who was silent for less is only busy."}}
		})),
		page("automation_show", "Welcome to the letter", func(p layout.Page) view { return show(p) }),
		page("automation_show-off", "Welcome to the letter", func(p layout.Page) view {
			v := show(p)
			v.State, v.ChangeDenied, v.Held = "off", "", "It was due more than six hours ago, and nobody was at work then."
			return v
		}),
		page("automation_show-empty", "Welcome to the letter", func(p layout.Page) view {
			v := show(p)
			v.State, v.ChangeDenied, v.Steps, v.Waiting, v.Finished, v.Stopped = "off", "", nil, 0, 0, 0
			return v
		}),
		page("automation_step", "Step 1", func(p layout.Page) view { return step(p) }),
		refused(page("automation_step-refused", "A new mail", func(p layout.Page) view {
			v := step(p)
			v.Errors = pages.Errors{"wait_days": "A number of days, please.", "body": "Line 3: there is no filter nonsense."}
			v.Editor.Errors = v.Errors
			return v
		})),
	}
}
