package pages

import (
	"fmt"
	"strings"
	"time"

	"smtpserver/views/components"
)

// headline says in a sentence where the campaign stands. It claims no more than the sums.
func (v CampaignShow) headline() string {
	sent, waiting, failed := v.Of("sent"), v.Of("waiting"), v.Of("failed")
	got := sent + waiting + failed
	switch v.State {
	case "scheduled":
		return "It starts by itself."
	case "freezing":
		return "Its audience is being written down, one row for each person."
	case "sending":
		return fmt.Sprintf("%s of %s have it; %s still wait.", components.Count(sent), components.Plural(got, "person", "people"), components.Count(waiting))
	case "paused":
		if v.Audience == 0 {
			return "It is paused before anything was sent."
		}
		return fmt.Sprintf("Paused: %s have it, %s wait and get nothing meanwhile.", components.Count(sent), components.Count(waiting))
	case "cancelled":
		if v.Audience == 0 {
			return "Cancelled before anything was sent."
		}
		return fmt.Sprintf("Cancelled: %s got it, %s did not.", components.Count(sent), components.Count(v.Audience-sent))
	}
	switch {
	case v.Audience == 0:
		return "Nobody was in the audience."
	case sent == v.Audience:
		return "Everybody got it: " + components.Plural(sent, "person", "people") + "."
	case failed == 0:
		return fmt.Sprintf("Everybody who could get it did: %s of %s.", components.Count(sent), components.Plural(v.Audience, "person", "people"))
	}
	return fmt.Sprintf("%s of %s got it; %s of them could not be reached.", components.Count(sent), components.Plural(v.Audience, "person", "people"), components.Count(failed))
}

// detail says in a few sentences what else is worth knowing now.
func (v CampaignShow) detail() string {
	var said []string
	add := func(text string) {
		if text != "" {
			said = append(said, text)
		}
	}
	switch v.State {
	case "scheduled":
		add("Who is in the audience then gets it.")
	case "freezing":
		add("You can leave this page; nothing is lost.")
	case "sending":
		if v.PerMinute > 0 && v.Rest > 0 {
			add(fmt.Sprintf("About %s a minute, %s left.", components.Count(v.PerMinute), shortly(v.Rest)))
		}
	}
	add(v.Reason)
	if v.showsVisits() && v.Of("sent") > 0 {
		if v.TrackOpens {
			add(components.Percent(v.Opens.Human, v.Of("sent")) + " of them opened it, as far as people can be told from programs.")
		}
		if v.TrackClicks {
			add(components.Percent(v.Clicks.Human, v.Of("sent")) + " followed a link.")
		}
	}
	if v.Ambiguous > 0 {
		add(components.Plural(v.Ambiguous, "attempt", "attempts") + " may have arrived although no server said so: these people may have it twice.")
	}
	if v.State == "sending" {
		add("You can leave this page; nothing is lost.")
	}
	return strings.Join(said, " ")
}

func (v CampaignShow) asks() string {
	if v.Asks == "restored" {
		return "The database came from a backup: some of the people who wait may have the mail already. Nothing more is sent until you say so. " + v.Reason
	}
	return "Its time is more than six hours past, so it did not start by itself. " + v.Reason
}

func (v CampaignShow) ended() bool { return v.State == "done" || v.State == "cancelled" }

// showsVisits reports whether there is anything to say of opens and clicks.
func (v CampaignShow) showsVisits() bool {
	return v.Of("sent") > 0 && (v.TrackOpens || v.TrackClicks || v.Left > 0)
}

func (v CampaignShow) meaning(list string) string {
	words := sumWords[list].meaning
	switch {
	case list == "waiting" && v.Queued > 0:
		words = components.Count(v.Queued) + " of them are handed over and being tried."
	case list == "failed" && v.Bounced > 0 && v.Bounced == v.Of("failed"):
		words = "All of them bounced."
	case list == "failed" && v.Bounced > 0:
		words = components.Count(v.Bounced) + " bounced, the rest was not taken in time."
	case list == "sent" && v.Complained > 0:
		words += " " + components.Plural(v.Complained, "complaint", "complaints") + "."
	}
	return words
}

// together writes the sum out.
func (v CampaignShow) together() string {
	var parts []string
	for _, s := range v.Sums {
		if s.N > 0 {
			parts = append(parts, components.Count(s.N))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return components.Count(v.Audience) + " = " + strings.Join(parts, " + ")
}

func (v CampaignShow) shares() components.ShareBar {
	b := components.ShareBar{Label: v.headline()}
	for _, s := range v.Sums {
		words := sumWords[s.List]
		b.Parts = append(b.Parts, components.SharePart{Word: strings.ToLower(words.label), N: s.N, Tone: words.tone})
	}
	return b
}

func (v CampaignShow) figures() []components.Stat {
	sent := v.Of("sent")
	var stats []components.Stat
	if v.TrackOpens {
		stats = append(stats, components.Stat{
			Label: "Opened by people", Value: components.Percent(v.Opens.Human, sent), Unit: components.Count(v.Opens.Human), Tone: components.ToneAccent, Fill: part(v.Opens.Human, sent),
			Caption: fmt.Sprintf("Besides, %s by programs, %s not to be told. %s in all.", components.Count(v.Opens.Machine), components.Count(v.Opens.Unknown), components.Plural(v.Opens.Total, "visit", "visits")),
		})
	}
	if v.TrackClicks {
		stats = append(stats, components.Stat{
			Label: "Clicked by people", Value: components.Percent(v.Clicks.Human, sent), Unit: components.Count(v.Clicks.Human), Tone: components.ToneAccent, Fill: part(v.Clicks.Human, sent),
			Caption: fmt.Sprintf("Besides, %s by programs, %s not to be told.", components.Count(v.Clicks.Machine), components.Count(v.Clicks.Unknown)),
		})
	}
	left, bounced := part(v.Left, sent), part(v.Bounced, sent+v.Of("failed"))
	return append(stats,
		components.Stat{Label: "Left", Value: components.Percent(v.Left, sent), Unit: components.Count(v.Left), Tone: toneAbove(left, 0.005, 0.01), Fill: left * 50, Marks: []components.Mark{{At: 0.25}, {At: 0.5, Bad: true}}, Caption: "Unsubscribed by this mail. Up to 0.5 % is usual."},
		components.Stat{Label: "Bounced", Value: components.Percent(v.Bounced, sent+v.Of("failed")), Unit: components.Count(v.Bounced), URL: v.URLs().CampaignRecipients(v.ID, "list", "failed"), Tone: toneAbove(bounced, 0.04, 0.08), Fill: bounced * 10, Marks: []components.Mark{{At: 0.4}, {At: 0.8, Bad: true}}, Caption: "From 4 % on providers look closely; at 8 % sending pauses."},
	)
}

func part(n, of int64) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) / float64(of)
}

func toneAbove(value, warn, bad float64) components.Tone {
	switch {
	case value >= bad:
		return components.ToneBad
	case value >= warn:
		return components.ToneWarn
	}
	return components.ToneGood
}

func (v CampaignShow) byHour() components.Stack {
	s := components.Stack{Label: "Opens by hour", Unit: "Hour (UTC)", Kinds: []components.StackKind{{Word: "people", Tone: components.ToneAccent}, {Word: "not to be told", Tone: components.ToneWarn}, {Word: "programs", Tone: components.ToneWaiting}}}
	for _, h := range v.Hours {
		s.Bars = append(s.Bars, components.StackBar{Label: h.At.UTC().Format("2 Jan 15:04"), Values: []int64{h.Opens.Human, h.Opens.Unknown, h.Opens.Machine}})
	}
	return s
}

func (v CampaignShow) target(l LinkRow) string {
	if l.Target == "" {
		return "other links"
	}
	return l.Target
}

func shareOr(known bool, n, of int64) string {
	if !known {
		return "–"
	}
	return components.Percent(n, of)
}

func (v CampaignRecipients) tabs() (tabs []components.Tab) {
	for _, s := range v.Counts {
		label := "All"
		if s.List != "" {
			label = sumWords[s.List].label
		}
		if s.N == 0 && s.List != v.List {
			continue
		}
		tabs = append(tabs, components.Tab{Label: label + " " + components.Count(s.N), URL: v.URLs().CampaignRecipients(v.ID, "list", s.List), Current: s.List == v.List})
	}
	return tabs
}

func (v CampaignRecipients) listTitle() string {
	if v.List == "" {
		return "The whole audience"
	}
	return sumWords[v.List].label
}

// PlanWords says when a campaign goes.
func PlanWords(when string, at, until time.Time, zone string) string {
	form := "2 Jan 2006, 15:04"
	switch when {
	case "at":
		return "at " + at.Format(form) + " " + zone
	case "zone":
		return at.Format(form) + ", each recipient's own time"
	case "spread":
		return "evenly until " + until.Format(form) + " " + zone
	}
	return "as fast as it is taken"
}
