package reputation

import (
	"fmt"
	"strconv"
	"time"
)

// seen says a finding in a sentence: the numbers first.
func (f Finding) seen() string {
	what := map[Figure]string{
		Bounces: "bounced because the address does not exist or takes no mail", Complaints: "reported the mail as unwanted",
		Refusals: "were refused because of what the mail says or whom it is from",
	}[f.Figure]
	where := ""
	if f.Figure == Refusals {
		where = " at one provider"
		if f.Provider != "" {
			where = " at " + f.Provider
		}
	}
	in := "In " + f.Period
	if f.Period == PeriodCampaign {
		in = "Of " + f.Period
	}
	return fmt.Sprintf("%s, %s of %s recipients%s (%s) %s; the threshold is %s.", in, Thousands(f.Counted), Thousands(f.Of), where, Percent(rate(f.Counted, f.Of)), what, Percent(f.Threshold))
}

func rate(n, of int64) float64 { return Window{Ended: of, Hard: n}.Rate(Bounces) }

// Percent writes a part with as many decimals as it needs.
func Percent(part float64) string {
	decimals := 1
	if part < 0.01 {
		decimals = 2
	}
	text := strconv.FormatFloat(100*part, 'f', decimals, 64)
	for decimals > 0 && text[len(text)-1] == '0' {
		text = text[:len(text)-1]
		decimals--
	}
	if text[len(text)-1] == '.' {
		text = text[:len(text)-1]
	}
	return text + " %"
}

// Thousands writes a number with separators.
func Thousands(n int64) string {
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// held says what a level holds.
func (l Level) held(perMinute int) string {
	switch l {
	case Good, Warned:
		return "Nothing is held."
	case Slowed:
		return fmt.Sprintf("Newsletters and other broadcast mail leave at %d a minute. Transactional mail, such as password resets, goes on as ever.", perMinute)
	case BroadcastHeld:
		return "Newsletters and other broadcast mail wait. Transactional mail, such as password resets, goes on as ever."
	}
	return "All mail waits, transactional mail too: it went on like that after broadcast mail was held."
}

// wayOut says what a customer can do.
func (f Finding) wayOut(level Level, until time.Time) string {
	do := map[Figure]string{
		Bounces:    "Addresses that bounced are suppressed already. Do not write to addresses that were bought or guessed, or to lists that got nothing for a year: check them by an import first.",
		Complaints: "Write only to people who asked for it, say in each mail why they get it, and make leaving easy.",
		Refusals:   "Look at the refused messages for what the servers say, and change links and texts that they object to.",
	}[f.Figure]
	if level <= Warned {
		return do + " Otherwise broadcast mail is slowed down next, and then held."
	}
	return do + fmt.Sprintf(" It is lifted by itself once the figures are back below the threshold, by %s UTC if nothing bad comes until then. Or write to us on this page: a person answers.", until.UTC().Format("Monday, 2 January 15:04"))
}

// campaignWayOut says what can be done about a paused campaign.
const campaignWayOut = "Cancel it, clean the list, and send the rest as a new campaign. Or tell us on your account's Standing page where the addresses come from: a person answers, and can let it go on."
