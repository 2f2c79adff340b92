package components

// Tone is the class that gives something its colour.
type Tone string

// The tones, as classes of static/src/app.css.
const (
	ToneAccent  Tone = "tone-accent"
	ToneGood    Tone = "tone-good"
	ToneWaiting Tone = "tone-waiting"
	ToneWarn    Tone = "tone-warn"
	ToneBad     Tone = "tone-bad"
	ToneOut     Tone = "tone-out" // left out: no state of its own
)

// word is how a state is shown: never by colour alone.
type word struct {
	text string
	tone Tone
}

var states = map[string]word{
	// deliveries and their steps
	"accepted":        {"Accepted", ToneGood},
	"signed":          {"Signed", ToneGood},
	"delivered":       {"Delivered", ToneGood},
	"queued":          {"Queued", ToneWaiting},
	"next":            {"Next try", ToneWaiting},
	"retried":         {"Next try asked for", ToneWaiting},
	"deferred":        {"Deferred", ToneWarn},
	"held":            {"Held", ToneWarn},
	"maybe_delivered": {"Perhaps delivered", ToneWarn},
	"bounced":         {"Bounced", ToneBad},
	"expired":         {"Expired", ToneBad},
	"suppressed":      {"Suppressed", ToneWaiting},
	"cancelled":       {"Cancelled", ToneWaiting},
	"opened":          {"Opened", ToneAccent},
	"clicked":         {"Clicked", ToneAccent},
	"unsubscribed":    {"Unsubscribed", ToneWarn},
	"resubscribed":    {"Subscribed again", ToneGood},
	// domains
	"pending":  {"Pending", ToneWaiting},
	"verified": {"Verified", ToneGood},
	"warning":  {"Warning", ToneWarn},
	"lost":     {"Lost", ToneBad},
	// records
	"unchecked":   {"Not checked yet", ToneWaiting},
	"good":        {"Good", ToneGood},
	"missing":     {"Not found", ToneWarn},
	"wrong":       {"Different", ToneBad},
	"unreachable": {"No answer", ToneWaiting},
	"none":        {"None", ToneWaiting},
	"retired":     {"Retired", ToneWaiting},
	// credentials
	"active":  {"Active", ToneGood},
	"revoked": {"Revoked", ToneWaiting},
	// accounts
	"sending": {"sending", ToneGood},
	"paused":  {"paused", ToneWarn},
	"closed":  {"closed", ToneBad},
	// imports
	"mapping":   {"Needs your answers", ToneWarn},
	"checking":  {"Dry run", ToneAccent},
	"checked":   {"Ready to import", ToneAccent},
	"importing": {"Importing", ToneAccent},
	"done":      {"Imported", ToneGood},
	"undoing":   {"Being undone", ToneAccent},
	"undone":    {"Undone", ToneWaiting},
	"failed":    {"Failed", ToneBad},
	// campaigns
	"scheduled":  {"Scheduled", ToneAccent},
	"freezing":   {"Being prepared", ToneAccent},
	"being_sent": {"Being sent", ToneAccent},
	"stopped":    {"Paused", ToneWarn},
	"sent":       {"Sent", ToneGood},
	"waiting":    {"Waiting", ToneWaiting},
	"opted_out":  {"Opted out", ToneWaiting},
	"invalid":    {"Invalid", ToneWaiting},
	"duplicate":  {"Duplicate", ToneWaiting},
	"skipped":    {"Skipped", ToneWaiting},
	// terms
	"in force":  {"In force", ToneGood},
	"announced": {"Announced", ToneAccent},
	"replaced":  {"Replaced", ToneWaiting},
	"withdrawn": {"Withdrawn", ToneWaiting},
	"draft":     {"Draft", ToneWaiting},
	"approved":  {"Approved", ToneGood},
	"came back": {"Came back", ToneBad},
}

// StateWord is a state in words; an unknown state is shown as it is.
func StateWord(state string) string {
	if w, ok := states[state]; ok {
		return w.text
	}
	return state
}

// StateTone is a state's colour.
func StateTone(state string) Tone {
	if w, ok := states[state]; ok {
		return w.tone
	}
	return ToneWaiting
}
