package pages

import (
	"cmp"
	"strconv"

	"smtpserver/views/components"
)

func (v StaffDraft) lead() string {
	if v.Replaces == 0 {
		return "A new document. It binds nobody until it was announced and its date has come."
	}
	return "It replaces version " + strconv.Itoa(v.Replaces) + ", which is in force."
}

func (v StaffDraft) dateHint() string {
	return "Day in UTC. A change: " + v.Suggested + " holds even when the slowest mail takes its full time; " + v.Lawful +
		" is the earliest lawful day, and moves later if some mail is delivered late."
}

func (v StaffDraft) audience() string {
	if v.Kind == "correction" {
		return "A correction is shown on the public pages. Nobody is mailed."
	}
	return components.Plural(v.Audience, "account", "accounts") + " will be told, in the portal at once and by mail to the owner. The thirty days begin when the last of these notices is given."
}

func (p StaffDraftPreview) size() string {
	return "+" + strconv.Itoa(p.Added) + " −" + strconv.Itoa(p.Removed) + " words"
}

func (u StaffUnreachable) others() string { return cmp.Or(u.Others, "none") }

func orDash(text string) string { return cmp.Or(text, "–") }
