package story

import (
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// campaigns is the pages of campaigns, each in its states.
func campaigns() []Story {
	return append(append(campaignLists(), campaignDrafts()...), campaignReports()...)
}

func campaignPage(name, title string, page func(layout.Page) view) Story {
	return inside(name, title, layout.NavCampaigns, page)
}

func someCampaigns() []pages.CampaignRow {
	return []pages.CampaignRow{
		{ID: sampleID, Name: "Advent letter", State: "draft", Result: "Not started.", Part: -1, At: ago(time.Hour)},
		{ID: otherID, Name: "Black week, part two", State: "scheduled", Result: "Starts on 27 Nov 2026, 09:00.", Part: -1, At: ago(2 * time.Hour)},
		{ID: otherID, Name: "Restored from last night", State: "scheduled", Result: "Its time is long past: it asks before it starts.", Asks: true, Part: -1, At: ago(7 * time.Hour)},
		{ID: sampleID, Name: "Autumn letter: apples are in", State: "sending", Result: "12,310 of 40,977 sent.", Part: 30, At: ago(20 * time.Minute)},
		{ID: otherID, Name: words(1), State: "paused", Result: "2,000 of 4,812 sent, the rest waits.", Part: 41, At: ago(26 * time.Hour)},
		{ID: sampleID, Name: "September letter", State: "done", Result: "39,120 of 41,004 got it. 38.2 % opened by people, 4.1 % clicked.", Part: -1, At: ago(60 * 24 * time.Hour)},
		{ID: sampleID, Name: "A mistake", State: "cancelled", Result: "112 of 40,000 got it.", Part: -1, At: ago(61 * 24 * time.Hour)},
	}
}

func campaignLists() []Story {
	return []Story{
		campaignPage("campaign_list", "Campaigns", func(p layout.Page) view { return pages.CampaignList{Page: p, Rows: someCampaigns()} }),
		campaignPage("campaign_list-empty", "Campaigns", func(p layout.Page) view { return pages.CampaignList{Page: p} }),
		campaignPage("campaign_list-none_paused", "Campaigns", func(p layout.Page) view {
			return pages.CampaignList{Page: p, State: "paused", Denied: "Your role in this account, viewer, does not allow this."}
		}),
		campaignPage("campaign_new", "New campaign", func(p layout.Page) view { return pages.CampaignNew{Page: p} }),
		refused(campaignPage("campaign_new-refused", "New campaign", func(p layout.Page) view {
			return pages.CampaignNew{Page: p, Errors: pages.Errors{"name": "Give the campaign a name. Only you see it."}}
		})),
	}
}

func someCount(p layout.Page) pages.CampaignCount {
	return pages.CampaignCount{
		Page: p, ID: sampleID, Chosen: true, At: ago(12 * time.Second), Audience: 41_280, Included: 40_977, Finish: 7 * time.Minute,
		Reasons:  []pages.CountedReason{{Words: pages.ReasonWords("suppressed"), N: 61}, {Words: pages.ReasonWords("opted_out"), N: 120}, {Words: pages.ReasonWords("topic"), N: 98}, {Words: pages.ReasonWords("paused"), N: 24}},
		Forecast: []pages.ForecastRow{{Name: "T-Online", N: 4120, PerMinute: 600, Takes: 7 * time.Minute}, {Name: "Microsoft", N: 9200, PerMinute: 2400, Takes: 4 * time.Minute, Trouble: "Microsoft limits us since 09:12 UTC (451 4.7.500): 8 of 20 connections, full speed again about 10:20 UTC."}, {Name: "Google", N: 17_100, PerMinute: 6000, Takes: 3 * time.Minute}, {Name: "all others", N: 10_557, Takes: 40 * time.Second}},
	}
}

func draftHead(p layout.Page, step string) pages.CampaignHead {
	return pages.CampaignHead{Page: p, ID: sampleID, Name: "Advent letter", Step: step, Ready: map[string]bool{"audience": true, "content": true}, Revision: "3"}
}

func someSets() []pages.SetChoice {
	return []pages.SetChoice{
		{Value: "list:1", Name: "Autumn letter", Members: 41_280, Included: true}, {Value: "list:2", Name: "Staff and friends", Members: 24, Excluded: true}, {Value: "list:3", Name: words(1), Members: 0},
		{Value: "segment:1", Name: "Corporate, no mail for 30 days", Segment: true, Members: 812}, {Value: "segment:2", Name: "Counted never", Segment: true, Members: -1},
	}
}

var someTopics = []components.Option{{Value: "", Label: "Nothing in particular"}, {Value: "1", Label: "Offers"}}

const someMJML = `<mjml>
  <mj-body>
    <mj-section><mj-column>
      <mj-text>Good morning {{ name | default: "friend" }},</mj-text>
      <mj-button href="https://hofladen-brandt.de/advent">See what is in</mj-button>
      <mj-text>{{ sender }}, {{ sender_address }} · <a href="{{ unsubscribe_url }}">Unsubscribe</a></mj-text>
    </mj-column></mj-section>
  </mj-body>
</mjml>`

func campaignDrafts() []Story {
	audience := func(name string, change func(*pages.CampaignAudience)) Story {
		return campaignPage("campaign_audience"+name, "Advent letter", func(p layout.Page) view {
			v := pages.CampaignAudience{CampaignHead: draftHead(p, "audience"), Total: 52_114, Sets: someSets(), Topics: someTopics, Topic: "1", Count: someCount(p)}
			change(&v)
			return v
		})
	}
	content := func(name string, change func(*pages.CampaignContent)) Story {
		return campaignPage("campaign_content"+name, "Advent letter", func(p layout.Page) view {
			v := pages.CampaignContent{
				CampaignHead: draftHead(p, "content"), Domains: []components.Option{{Value: "1", Label: "hofladen-brandt.de"}}, FromName: "Hofladen Brandt", FromLocal: "brief", Variants: []string{"A"},
				Subject: "The advent letter", Preheader: "Apples, nuts, and a recipe",
				Editor:    pages.ContentEditor{Kind: "mjml", Body: someMJML, Fields: []string{"{{ fields.customer_no }}", "{{ fields.apple }}"}, PreviewURL: "/mail.html"},
				Templates: []components.Option{{Label: "A template …"}, {Value: "1", Label: "Letter"}},
			}
			change(&v)
			return v
		})
	}
	send := func(name string, change func(*pages.CampaignSend)) Story {
		return campaignPage("campaign_send"+name, "Advent letter", func(p layout.Page) view {
			v := pages.CampaignSend{CampaignHead: draftHead(p, "send"), When: "now", Zone: "Europe/Berlin", Zones: []string{"Europe/Berlin", "Asia/Tokyo"}, HoursFrom: "09:00", HoursTo: "17:00", Repeat: "day", RepeatAt: "09:00", TrackOpens: true, TrackClicks: true, Count: someCount(p)}
			change(&v)
			return v
		})
	}
	return []Story{
		audience("", func(*pages.CampaignAudience) {}),
		audience("-counting", func(v *pages.CampaignAudience) {
			v.Count = pages.CampaignCount{Page: v.Page, ID: sampleID, Chosen: true, Counting: true}
			v.Follows = "This campaign goes to those of the audience who got “September letter” and have not opened it."
		}),
		refused(audience("-refused", func(v *pages.CampaignAudience) {
			v.Errors, v.Sets, v.Ready = pages.Errors{"include": "Choose at least one list or segment."}, nil, nil
			v.Count = pages.CampaignCount{Page: v.Page, ID: sampleID}
		})),
		audience("-viewer", func(v *pages.CampaignAudience) {
			v.Denied = "Your role in this account, viewer, does not allow this."
			v.Count = pages.CampaignCount{Page: v.Page, ID: sampleID, Chosen: true, Problem: "A segment of this audience was removed. Choose again."}
		}),
		content("", func(*pages.CampaignContent) {}),
		content("-no_domain", func(v *pages.CampaignContent) {
			v.Domains, v.Editor, v.Subject, v.Templates, v.Ready = nil, pages.ContentEditor{Kind: "markdown", PreviewURL: "/mail.html"}, "", nil, nil
		}),
		refused(content("-refused", func(v *pages.CampaignContent) {
			v.Variants, v.Variant = []string{"A", "B"}, 1
			v.Errors = pages.Errors{"subject": "Write a subject.", "body": "Line 4: the tag mj-buton is not known."}
			v.Editor.Errors = v.Errors
		})),
		campaignPage("campaign_checks", "Advent letter", func(p layout.Page) view {
			return pages.CampaignChecks{CampaignHead: draftHead(p, "checks"), Checks: someChecks(), Count: someCount(p), Email: "inhaber@hofladen-brandt.de"}
		}),
		campaignPage("campaign_checks-loading", "Advent letter", func(p layout.Page) view {
			return pages.CampaignChecks{CampaignHead: draftHead(p, "checks"), Loading: true, Count: pages.CampaignCount{Page: p, ID: sampleID}, Email: longMail}
		}),
		send("", func(*pages.CampaignSend) {}),
		refused(send("-refused", func(v *pages.CampaignSend) {
			v.When, v.Variants, v.TestShare, v.TestBy, v.TestAfter, v.Hours = "spread", []string{"A", "B"}, "20", "opens", "4", true
			v.Blocking = someChecks()[:1]
			v.Errors = pages.Errors{"until": "Give a time after the beginning.", "zone": "The time zone is a name such as Europe/Berlin."}
		})),
	}
}

func someChecks() []pages.CheckRow {
	return []pages.CheckRow{
		{Name: "unsubscribe", Verdict: "bad", Words: "Nobody could leave: the mail has no unsubscribe link.", Remedy: "Put {{ unsubscribe_url }} or {{ preferences_url }} behind a link, usually at the end."},
		{Name: "authentication", Verdict: "good", Words: "SPF, DKIM and DMARC of hofladen-brandt.de are in order."},
		{Name: "one_click", Verdict: "good", Words: "List-Unsubscribe and List-Unsubscribe-Post are added and signed: people leave with one click in their mail program."},
		{Name: "postal", Verdict: "good", Words: "The sender's postal address is in the mail."},
		{Name: "links", Verdict: "warn", Words: "2 of 9 links are broken.", Remedy: "Correct the address, or take the link out.", Details: []string{"https://hofladen-brandt.de/advnet is not there (404)", "http://" + words(1) + " names a host that does not exist"}},
		{Name: "images", Verdict: "unknown", Words: "1 of 3 images could not be looked at.", Details: []string{"https://cdn.example.com/a.png keeps robots out (403): look at it yourself"}},
		{Name: "size", Verdict: "good", Words: "The HTML has 31 KB. Gmail cuts off at 102 KB."},
		{Name: "fields", Verdict: "warn", Words: "Some fields stay empty for some contacts.", Remedy: `Give each a fallback: {{ name | default: "friend" }}.`, Details: []string{"name: empty for 43 of 200"}},
		{Name: "spam", Verdict: "good", Words: "Our spam filter gives it 0.4 points; it refuses at 15."},
	}
}

func sums(sent, waiting, failed, suppressed, optedOut, skipped int64) []pages.CampaignSum {
	return []pages.CampaignSum{{List: "sent", N: sent}, {List: "waiting", N: waiting}, {List: "failed", N: failed}, {List: "suppressed", N: suppressed}, {List: "opted_out", N: optedOut}, {List: "invalid"}, {List: "duplicate"}, {List: "skipped", N: skipped}}
}

func campaignReports() []Story {
	report := func(name string, change func(*pages.CampaignShow)) Story {
		return campaignPage("campaign_show"+name, "Autumn letter", func(p layout.Page) view {
			v := pages.CampaignShow{
				Page: p, ID: sampleID, Name: "Autumn letter: apples are in", State: "done", Audience: 41_280, Sums: sums(40_612, 0, 365, 61, 242, 0), Bounced: 341, Complained: 3,
				Plan: "as fast as it is taken", StartedAt: ago(26 * time.Hour), FinishedAt: ago(25 * time.Hour), Subject: "Apples are in", From: "brief@hofladen-brandt.de",
				TrackOpens: true, TrackClicks: true, Opens: pages.Visits{Human: 15_412, Machine: 9210, Unknown: 811, Total: 41_230}, Clicks: pages.Visits{Human: 1684, Machine: 2210, Unknown: 90, Total: 5100}, Left: 88,
				Hours: someHours(), ClicksURL: "/mail.html", Links: []pages.LinkRow{
					{Number: 1, Target: "https://hofladen-brandt.de/apples", Clicks: pages.Visits{Human: 1201, Machine: 2210}}, {Number: 2, Target: "https://hofladen-brandt.de/recipes/" + words(1), Clicks: pages.Visits{Human: 483, Machine: 2190}}, {Number: 0, Clicks: pages.Visits{Human: 3}},
				},
				Repeat: &pages.CampaignRepeat{Every: "day", At: "09:00", Zone: "Europe/Berlin", Next: ago(-14 * time.Hour), Rounds: []pages.RoundRow{
					{ID: otherID, Number: 2, State: "sending", At: ago(4 * time.Minute), Audience: 31, Sent: 12, Waiting: 18, Failed: 1}, {ID: otherID, Number: 1, State: "done", At: ago(24 * time.Hour), Audience: 112, Sent: 112},
				}},
				Providers: []pages.ProviderRow{{Name: "Google", Delivered: 19_340, Failed: 120, Opens: pages.Visits{Human: 7210, Machine: 3110}, Clicks: pages.Visits{Human: 800}, Left: 40}, {Name: "Apple", Delivered: 7200, Failed: 31, Opens: pages.Visits{Human: 210, Machine: 5200}, Clicks: pages.Visits{Human: 310}}, {Name: "other providers", Delivered: 14_072, Failed: 214, Opens: pages.Visits{Human: 910}}},
				Earlier: []pages.ComparedRow{
					{This: true, At: ago(26 * time.Hour), Sent: 40_612, Failed: 365, Opened: 15_412, Clicked: 1684, Left: 88, TrackedOpens: true, TrackedClicks: true},
					{ID: otherID, Name: "September letter", At: ago(60 * 24 * time.Hour), Sent: 39_120, Failed: 402, Opened: 14_300, Clicked: 1600, Left: 130, TrackedOpens: true, TrackedClicks: true},
					{ID: otherID, Name: words(1), At: ago(90 * 24 * time.Hour), Sent: 812, Left: 1},
				},
			}
			change(&v)
			return v
		})
	}
	return []Story{
		report("", func(*pages.CampaignShow) {}),
		report("-sending", func(v *pages.CampaignShow) {
			v.State, v.Live, v.Bounced, v.Complained, v.Sums, v.Queued, v.PerMinute, v.Rest, v.Earlier, v.Links, v.Providers, v.Repeat.Rounds, v.CountingProviders = "sending", true, 70, 0, sums(12_310, 28_593, 74, 61, 242, 0), 3800, 5210, 6*time.Minute, nil, nil, []pages.ProviderRow{{Name: "Google", Opens: pages.Visits{Human: 210, Machine: 400}}}, nil, true
			v.Opens, v.Clicks, v.Left, v.Hours = pages.Visits{Human: 410, Machine: 902, Unknown: 12, Total: 1400}, pages.Visits{Human: 31, Machine: 80}, 2, someHours()
		}),
		report("-scheduled", func(v *pages.CampaignShow) {
			*v = pages.CampaignShow{Page: v.Page, ID: v.ID, Name: v.Name, State: "scheduled", Live: true, Sums: sums(0, 0, 0, 0, 0, 0), Plan: "at 27 Nov 2026, 09:00 Europe/Berlin", Subject: v.Subject, From: v.From, TrackOpens: true}
		}),
		report("-asks", func(v *pages.CampaignShow) {
			*v = pages.CampaignShow{Page: v.Page, ID: v.ID, Name: v.Name, State: "scheduled", Asks: "late", Reason: "It was to start on 25 Nov 2026, 09:00.", Sums: sums(0, 0, 0, 0, 0, 0), Plan: "at 25 Nov 2026, 09:00 Europe/Berlin", Subject: v.Subject, From: v.From}
		}),
		report("-paused", func(v *pages.CampaignShow) {
			v.Repeat = &pages.CampaignRepeat{At: "09:00"}
			v.State, v.Sums, v.Reason, v.Ambiguous, v.Hours, v.Links, v.Providers, v.Earlier = "paused", sums(2000, 38_974, 3, 61, 242, 0), "Maria Brandt paused it.", 1, nil, nil, nil, nil
			v.Denied = "Your role in this account, viewer, does not allow this."
		}),
		report("-test", func(v *pages.CampaignShow) {
			v.State, v.Live, v.Bounced, v.Complained, v.Left, v.Sums, v.MayChoose, v.Hours, v.Links, v.Providers, v.Earlier = "sending", true, 0, 0, 13, sums(8100, 32_877, 0, 61, 242, 0), true, nil, nil, nil, nil
			v.Opens, v.Clicks = pages.Visits{Human: 3212, Machine: 902, Unknown: 12, Total: 4100}, pages.Visits{Human: 300, Machine: 80}
			v.Variants = []pages.VariantRow{{Number: 0, Name: "A", Subject: "Apples are in", Delivered: 4050, Opens: 1510, Clicks: 160, Leave: 4}, {Number: 1, Name: "B", Subject: words(1), Delivered: 4050, Opens: 1702, Clicks: 140, Leave: 9, Winner: false}}
		}),
		report("-cancelled", func(v *pages.CampaignShow) {
			v.Repeat, v.Round, v.HeadID = nil, 3, otherID
			v.State, v.Sums, v.TrackOpens, v.TrackClicks, v.Left, v.Hours, v.Links, v.Providers, v.Earlier = "cancelled", sums(112, 0, 0, 61, 242, 40_865), false, false, 0, nil, nil, nil, nil
		}),
		campaignPage("campaign_recipients", "Recipients", func(p layout.Page) view {
			return pages.CampaignRecipients{
				Page: p, ID: sampleID, Name: "Autumn letter", List: "failed", Counts: append([]pages.CampaignSum{{N: 41_280}}, sums(40_612, 0, 365, 61, 242, 0)...), Pager: components.Pager{Older: "?cursor=x"},
				Rows: []pages.RecipientRow{
					{Number: 12, Address: "anna.voss@gmail.com", ContactID: sampleID, State: "bounced", Why: "The mailbox does not exist.", Reply: "550 5.1.1 No such user here", MessageID: sampleID, At: ago(time.Hour)},
					{Number: 15, Address: longMail, ContactID: otherID, State: "expired", Why: words(2), MessageID: otherID, At: ago(2 * time.Hour)},
					{Number: 16, Address: "gone@example.org", State: "suppressed", Why: "They unsubscribed on 3 November."},
				},
			}
		}),
		campaignPage("campaign_recipients-empty", "Recipients", func(p layout.Page) view {
			return pages.CampaignRecipients{Page: p, ID: sampleID, Name: "Autumn letter", List: "skipped", Counts: append([]pages.CampaignSum{{N: 41_280}}, sums(40_612, 0, 365, 61, 242, 0)...)}
		}),
	}
}

func someHours() (hours []pages.HourRow) {
	for i, n := range []int64{4100, 3200, 2100, 1500, 1100, 800, 400, 120, 60, 90, 240, 800, 902} {
		hours = append(hours, pages.HourRow{At: now.Truncate(time.Hour).Add(time.Duration(i-26) * time.Hour), Opens: pages.Visits{Human: n, Machine: n * 3 / 5, Unknown: n / 20}})
	}
	return hours
}
