package pages

import (
	"time"

	"smtpserver/views/components"
)

// campaignState is a campaign's state as badges know it: some words mean something else
// for imports and accounts.
func campaignState(state string) string {
	switch state {
	case "done":
		return "sent"
	case "sending":
		return "being_sent"
	case "paused":
		return "stopped"
	}
	return state
}

// contentOrder is the order of the content step's fields.
var contentOrder = []string{"domain", "from_name", "from_local", "reply_to", "subject", "preheader", "kind", "body", "text"}

// sendOrder is the order of the send step's fields.
var sendOrder = []string{"when", "at", "until", "zone", "hours", "hours_from", "hours_to", "share", "by", "after", "repeat", "repeat_at"}

var repeatIntervals = []components.Option{{Value: "", Label: "No, once"}, {Value: "day", Label: "Once a day"}, {Value: "hour", Label: "Each hour"}}

var sendWhens = []components.Option{
	{Value: "now", Label: "Now", Hint: "As fast as each provider takes it."},
	{Value: "at", Label: "At a time", Hint: "It begins by itself."},
	{Value: "zone", Label: "At each recipient's time", Hint: "When it is that hour where they live."},
	{Value: "spread", Label: "Spread evenly", Hint: "From one time until another."},
}

var testShares = []components.Option{
	{Value: "10", Label: "10 % of the audience"}, {Value: "20", Label: "20 % of the audience"}, {Value: "30", Label: "30 % of the audience"}, {Value: "50", Label: "Half of the audience"}, {Value: "100", Label: "Everybody, evenly"},
}

var testMeasures = []components.Option{{Value: "opens", Label: "Most opens by people"}, {Value: "clicks", Label: "Most clicks by people"}, {Value: "unsubscribes", Label: "Fewest who leave"}}

var testTimes = []components.Option{{Value: "0", Label: "By me"}, {Value: "1", Label: "After an hour"}, {Value: "4", Label: "After 4 hours"}, {Value: "24", Label: "After a day"}, {Value: "48", Label: "After two days"}}

// reasonWords say why somebody of an audience gets nothing.
var reasonWords = map[string]string{
	"invalid": "no address that mail can go to", "suppressed": "on the suppression list", "opted_out": "unsubscribed from everything",
	"topic": "opted out of this topic", "paused": "asked for no mail for a while", "duplicate": "in the audience already", "skipped": "skipped",
}

// ReasonWords says it; an unknown reason is shown as it is.
func ReasonWords(reason string) string {
	if words, ok := reasonWords[reason]; ok {
		return words
	}
	return reason
}

var verdicts = map[string]struct {
	word string
	tone components.Tone
}{
	"good": {"Good", components.ToneGood}, "warn": {"Look at it", components.ToneWarn}, "bad": {"Must be mended", components.ToneBad}, "unknown": {"Not known", components.ToneWaiting},
}

func verdictWord(verdict string) string          { return verdicts[verdict].word }
func verdictTone(verdict string) components.Tone { return verdicts[verdict].tone }

var checkTitles = map[string]string{
	"authentication": "Authentication", "unsubscribe": "Unsubscribe link", "one_click": "One-click", "postal": "Postal address", "targets": "Where links lead", "links": "Links", "images": "Images",
	"size": "Size", "fields": "Merge fields", "spam": "Spam filter",
}

func checkTitle(name string) string { return checkTitles[name] }

func (v CampaignChecks) headline() string {
	if v.Loading || v.Denied != "" {
		return "Checks"
	}
	bad, warn := 0, 0
	for _, c := range v.Checks {
		switch c.Verdict {
		case "bad":
			bad++
		case "warn":
			warn++
		}
	}
	switch {
	case bad > 0:
		return components.Plural(int64(bad), "thing has", "things have") + " to be mended before it can start."
	case warn > 0:
		return "It can be sent; " + components.Plural(int64(warn), "thing deserves", "things deserve") + " a look."
	}
	return "Everything is in order."
}

func (v CampaignCount) ofAudience() string {
	if v.Included == v.Audience {
		return "get it: everybody in the audience"
	}
	return "of " + components.Count(v.Audience) + " get it"
}

func (v CampaignSend) startWord() string {
	if v.When == "now" || v.When == "" {
		return "Start"
	}
	return "Schedule"
}

func (v CampaignSend) startNote() string {
	if v.Count.Chosen && !v.Count.Counting && v.Count.Problem == "" {
		return "To " + components.Plural(v.Count.Included, "person", "people") + ". You can pause or cancel it at any moment."
	}
	return "You can pause or cancel it at any moment."
}

// shortly writes how long something takes, without pretending to know it to the second.
func shortly(d time.Duration) string {
	if d < time.Minute {
		return "under 1 min"
	}
	return components.Span(d)
}

func (v CampaignCount) finish() string {
	if v.Finish < time.Minute {
		return "Under a minute to send, by provider"
	}
	return "About " + components.Span(v.Finish) + " to send, by provider"
}
