package story

import (
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// operating is what staff see of mail on its way.
func operating() []Story {
	queues := []pages.QueueRow{
		{Name: "via outlook", Shown: "Outlook", Waiting: "8,412", State: "limited", Why: "Outlook limits us since 14:02 UTC (451 4.7.500): 4 of 20 connections, full speed again about 14:40 UTC."},
		{Name: "dead.example", Shown: "dead.example", Waiting: "12", State: "resting", Why: "No server of dead.example answers since 09:11 UTC. The next try there is at 15:11 UTC."},
		{Name: "via:gmx", Shown: "GMX and WEB.DE", Waiting: "311", State: "open", Route: "leaves from the pool “clean” and goes through the relay relay-of-a-partner.mail.example.net:587"},
		{Name: "via google", Shown: "Google", Waiting: "more than 10,000", State: "open"},
		{Name: "a-very-long-name-of-a-mail-host-that-somebody-chose-without-thinking.sub.domain.example.org", Shown: "a-very-long-name-of-a-mail-host-that-somebody-chose-without-thinking.sub.domain.example.org", Waiting: "3", State: "open"},
	}
	pools := []components.Option{{Value: "clean", Label: "clean (1 of 2 addresses may send)"}, {Value: "default", Label: "default (3 of 3 addresses may send)"}}
	one := func(name string, change func(*pages.StaffDestination)) Story {
		return backOffice("staff_destination"+name, "Outlook", layout.NavStaffDestinations, func(p layout.Page) view {
			v := pages.StaffDestination{Page: p, Row: queues[0], Limits: map[string]string{"connections": "10"}, Default: map[string]string{"connections": "20", "per_connection": "any number", "per_minute": "6000"}, Pools: pools, Typed: map[string]string{}}
			change(&v)
			return v
		})
	}
	return []Story{
		backOffice("staff_home-attention", "Back office", layout.NavStaff, func(p layout.Page) view {
			return pages.StaffHome{Page: p, Attention: []pages.Attention{
				{Text: "2 destinations limit us or turn us away.", URL: "#", Link: "Destinations"}, {Text: "192.0.2.2 does not send: out: listed by zen.example.", URL: "#", Link: "Sending addresses"},
				{Text: "The oldest waiting delivery was accepted 7 hours ago. For dead.example, of the account “Hofladen Brandt”, tried 6 times. No server of dead.example answers since 09:11 UTC.", URL: "#", Link: "Its destination"},
			}}
		}),
		backOffice("staff_system", "System", layout.NavStaffSystem, func(p layout.Page) view {
			return pages.StaffSystem{
				Page: p, Checks: []pages.NeedRow{{Name: "database", OK: true}, {Name: "schema", OK: true}, {Name: "queue", Text: "not answering"}, {Name: "sending addresses", OK: true}},
				Oldest: "For dead.example, of the account “" + words(1) + "”, tried 6 times. No server of dead.example answers since 09:11 UTC.", Since: ago(7 * time.Hour), OldestURL: "#",
				Loads:   []pages.LoadRow{{Name: "urgent", Pending: "0", Active: "0", Retrying: "0", Waits: "0 ms"}, {Name: "delivery", Pending: "214", Active: "9", Retrying: "1", Waits: "1.2 s"}, {Name: "maintenance", Pending: "1", Active: "1", Retrying: "0", Waits: "12 ms"}},
				Facts:   [][2]string{{"Engine", "postgres"}, {"Schema", "version 20261126200601, this program brings 20261126200601"}, {"Database size", "2210.4 MiB"}, {"Program", "3f0c9a1b77d2f1f7f0e0a6d8d1c2b3a495867768"}},
				Reports: []pages.ReportRow{{At: ago(time.Hour), Kind: "bounce", From: "mailer-daemon@a-host-with-a-long-name.mail.example.net", Subject: "Rückläufer: " + words(1), Why: "It names no recipient."}},
			}
		}),
		backOffice("staff_destinations", "Destinations", layout.NavStaffDestinations, func(p layout.Page) view {
			return pages.StaffDestinations{Page: p, Rows: queues}
		}),
		backOffice("staff_destinations-empty", "Destinations", layout.NavStaffDestinations, func(p layout.Page) view { return pages.StaffDestinations{Page: p} }),
		one("", func(*pages.StaffDestination) {}),
		refused(one("-refused", func(v *pages.StaffDestination) {
			v.Act, v.Errors = "cancel", pages.Errors{"reason": "Say in a few words why."}
		})),
		one("-routed", func(v *pages.StaffDestination) {
			v.Row = queues[2]
			v.Typed, v.Password = map[string]string{"pool": "clean", "relay": "smtp://ops%40agency.example@relay-of-a-partner.mail.example.net:587"}, true
		}),
		one("-domain", func(v *pages.StaffDestination) {
			v.Row = pages.QueueRow{Name: "bakery.example", Shown: "bakery.example", Waiting: "0", State: "open", Route: "goes through the relay mail.bakery.example:465"}
			v.Typed, v.Group, v.GroupURL = map[string]string{"relay": "smtps://mail.bakery.example:465"}, "Outlook", "#"
		}),
		refused(one("-route-refused", func(v *pages.StaffDestination) {
			v.Typed = map[string]string{"pool": "clean", "relay": "smtp://ops@elsewhere.example", "route_reason": "listed there"}
			v.Errors = pages.Errors{"pool": "No address of this pool may send now. 192.0.2.2: out: listed by zen.example.", "password": "Give the password: it is kept for one name at one relay only."}
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
