package story

import (
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// operating is what staff see of mail on its way.
func operating() []Story {
	queues := []pages.QueueRow{
		{Name: "via outlook", Shown: "Outlook", Waiting: "8,412", State: "limited", Why: "Outlook limits us since 14:02 UTC (451 4.7.500): 4 of 20 connections, full speed again about 14:40 UTC."},
		{Name: "dead.example", Shown: "dead.example", Waiting: "12", State: "resting", Why: "No server of dead.example answers since 09:11 UTC. The next try there is at 15:11 UTC."},
		{Name: "via google", Shown: "Google", Waiting: "more than 10,000", State: "open"},
		{Name: "a-very-long-name-of-a-mail-host-that-somebody-chose-without-thinking.sub.domain.example.org", Shown: "a-very-long-name-of-a-mail-host-that-somebody-chose-without-thinking.sub.domain.example.org", Waiting: "3", State: "open"},
	}
	one := func(name string, change func(*pages.StaffDestination)) Story {
		return backOffice("staff_destination"+name, "Outlook", layout.NavStaffDestinations, func(p layout.Page) view {
			v := pages.StaffDestination{Page: p, Row: queues[0], Limits: map[string]string{"connections": "10"}, Default: map[string]string{"connections": "20", "per_connection": "any number", "per_minute": "6000"}}
			change(&v)
			return v
		})
	}
	return []Story{
		backOffice("staff_destinations", "Destinations", layout.NavStaffDestinations, func(p layout.Page) view {
			return pages.StaffDestinations{Page: p, Rows: queues}
		}),
		backOffice("staff_destinations-empty", "Destinations", layout.NavStaffDestinations, func(p layout.Page) view { return pages.StaffDestinations{Page: p} }),
		one("", func(*pages.StaffDestination) {}),
		refused(one("-refused", func(v *pages.StaffDestination) {
			v.Act, v.Errors = "cancel", pages.Errors{"reason": "Say in a few words why."}
		})),
		backOffice("staff_addresses", "Sending addresses", layout.NavStaffAddresses, func(p layout.Page) view {
			return pages.StaffAddresses{Page: p, Rows: []pages.AddressRow{
				{Address: "192.0.2.1", Name: "out1.mail.example", Pool: "default", State: "sends", Usable: true},
				{Address: "192.0.2.2", Name: "out2.mail.example", Pool: "letters", State: "out: listed by zen.example", Warming: true},
				{Address: "2001:db8::25", Name: "out6.mail.example", Pool: "default", State: "paused by hand", Paused: true},
			}}
		}),
		backOffice("staff_addresses-empty", "Sending addresses", layout.NavStaffAddresses, func(p layout.Page) view { return pages.StaffAddresses{Page: p} }),
	}
}
