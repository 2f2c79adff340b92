package story

import (
	"net/http"
	"time"

	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// leaving is what links in mails lead to, and what is tracked.
func leaving() []Story {
	topics := []pages.PreferenceTopic{{ID: sampleID, Name: "Offers", Description: "What is cheaper this week."}, {ID: otherID, Name: "Recipes", Wanted: true}}
	page := func(name string, change func(*pages.LeaveShow)) Story {
		v := pages.LeaveShow{Token: "x", Sender: "Hofladen Brandt", Language: "en"}
		change(&v)
		return outside("leave_show"+name, v.Title(), func(p layout.Page) view {
			p.Lang, v.Page = v.Language, p
			return v
		})
	}
	switches := []pages.TrackingSwitch{{Name: "broadcast_open", Stands: true}, {Name: "broadcast_click", Value: "off", Stands: true}, {Name: "transactional_open"}, {Name: "transactional_click", Value: "on"}}
	staff := func(p layout.Page) layout.Page {
		p.User, p.Active = &layout.User{Name: "Sam", Email: "sam@operator.example"}, layout.NavStaffLinks
		return p
	}
	gone := outside("link_gone", "This link does not work", func(p layout.Page) view { return pages.LinkGone{Page: p} })
	gone.Status = http.StatusNotFound
	stopped := outside("link_stopped", "This link was stopped", func(p layout.Page) view { return pages.LinkStopped{Page: p} })
	stopped.Status = http.StatusGone
	return []Story{
		page("", func(*pages.LeaveShow) {}),
		page("-topic", func(v *pages.LeaveShow) { v.Topic, v.Topics = "Recipes", topics }),
		page("-long", func(v *pages.LeaveShow) {
			v.Sender, v.Topic, v.Language = "Verein zur Pflege der Streuobstwiesen im Oberen Filstal e. V.", words(1), "de"
			v.Topics = topics
		}),
		page("-out", func(v *pages.LeaveShow) { v.Out, v.Topics = true, topics }),
		page("-topic_left", func(v *pages.LeaveShow) { v.Topic, v.TopicLeft, v.Topics, v.Done = "Offers", true, topics, "topic" }),
		page("-paused", func(v *pages.LeaveShow) { v.PausedUntil, v.Language = now.AddDate(0, 3, 0), "fr" }),
		page("-held", func(v *pages.LeaveShow) { v.Held, v.Language = true, "es" }),
		page("-chosen", func(v *pages.LeaveShow) { v.Topics, v.Done = topics, "choose" }),
		gone, stopped,
		inside("tracking_settings", "Tracking", layout.NavSettings, func(p layout.Page) view { return pages.TrackingSettings{Page: p, Switches: switches} }),
		inside("tracking_settings-viewer", "Tracking", layout.NavSettings, func(p layout.Page) view {
			return pages.TrackingSettings{Page: p, Switches: switches, Denied: "Your role, viewer, may look but not change. An owner or admin can."}
		}),
		inside("staff_links", "Stopped links", layout.NavStaffLinks, func(p layout.Page) view {
			return pages.StaffLinks{Page: staff(p), Rows: []pages.StoppedLink{
				{Target: "https://login.sparkasse-sicherheit.example/anmelden/konto?id=" + longMail, Reason: "A copy of a bank's sign-in page", At: ago(time.Hour)},
				{Target: "evil.example", Reason: "Malware, told by a recipient", At: ago(40 * 24 * time.Hour)},
			}}
		}),
		refused(inside("staff_links-refused", "Stopped links", layout.NavStaffLinks, func(p layout.Page) view {
			return pages.StaffLinks{Page: staff(p), Target: "javascript:alert(1)", Errors: pages.Errors{"target": "Enter a whole address, or the name of a host such as shop.example.", "reason": "Say in a sentence why, at most 500 characters."}}
		})),
	}
}
