package story

import (
	"time"

	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// busy is the overview that the front page shows.
func busy(p layout.Page) pages.DashboardShow {
	return pages.DashboardShow{
		Page: p, Today: pages.Counts{Accepted: 4322, Delivered: 4298, Bounced: 12}, UnknownUsers: 12, OldestWaiting: 55 * time.Second,
		Period: pages.Counts{Accepted: 96424, Delivered: 95839, Bounced: 501, Suppressed: 66, Expired: 4, Cancelled: 2},
		Before: pages.Counts{Accepted: 90230, Delivered: 89508, Bounced: 640, Suppressed: 70},
		Days:   month(), Latest: latest(),
		Next: pages.NextSteps{DomainID: sampleID, DomainName: "hofladen-brandt.de", DomainState: "verified", Credential: true, Sent: true, Delivered: true},
	}
}

func overview() []Story {
	terms := layout.Banner{Tone: layout.Accent, Title: "Our terms change on 1 January 2027.", Text: "Two sections: retention of message bodies, and payment by invoice. If you agree you need do nothing.", Action: "See what changes", URL: "/terms"}
	confirm := layout.Banner{Tone: layout.Warn, Title: "Confirm your e-mail address.", Text: "We sent a link to inhaber@hofladen-brandt.de. Until you follow it you can look around, but not add domains or credentials.", Action: "Send the link again", URL: "/confirm", Post: true}
	return []Story{
		with(inside("dashboard_show", "Overview", layout.NavOverview, func(p layout.Page) view {
			v := busy(p)
			v.Campaigns = someCampaigns()[3:6]
			return v
		}), func(p *layout.Page) { p.Banners = []layout.Banner{terms} }),
		with(inside("dashboard_show-new", "Overview", layout.NavOverview, func(p layout.Page) view { return pages.DashboardShow{Page: p} }), func(p *layout.Page) { p.Banners = []layout.Banner{confirm} }),
		inside("dashboard_show-domain_added", "Overview", layout.NavOverview, func(p layout.Page) view {
			return pages.DashboardShow{Page: p, Next: pages.NextSteps{DomainID: sampleID, DomainName: "hofladen-brandt.de", DomainState: "pending"}}
		}),
		with(inside("dashboard_show-first_message", "Overview", layout.NavOverview, func(p layout.Page) view {
			return pages.DashboardShow{
				Page: p, Today: pages.Counts{Accepted: 1}, OldestWaiting: 40 * time.Second, Period: pages.Counts{Accepted: 1}, Days: firstDay(), Latest: latest()[4:5],
				Next: pages.NextSteps{DomainID: sampleID, DomainName: "hofladen-brandt.de", DomainState: "verified", Credential: true, Sent: true},
			}
		}), func(p *layout.Page) {
			p.Accounts = nil
			p.Flash = &layout.Flash{Tone: layout.Good, Text: "A test message is on its way to inhaber@hofladen-brandt.de."}
		}),
		inside("dashboard_show-trouble", "Overview", layout.NavOverview, func(p layout.Page) view {
			v := busy(p)
			v.Today = pages.Counts{Accepted: 40310, Delivered: 31002, Bounced: 3120, Suppressed: 44, Expired: 3}
			v.OldestWaiting = 7 * time.Hour
			v.Period = pages.Counts{Accepted: 1204310, Delivered: 1090022, Bounced: 99120, Suppressed: 544, Expired: 31}
			return v
		}),
	}
}
