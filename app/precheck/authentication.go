package precheck

import (
	"strings"

	"smtpserver/app/domain"
)

// authentication judges what app/domain saw last: DKIM and the return path are required of
// every sending domain, DMARC of bulk mail by the large mailbox providers.
func authentication(d domain.Detail) Check {
	c := Check{Name: Authentication}
	switch {
	case d.ID.IsZero():
		c.Verdict, c.Words, c.Remedy = Bad, "No sender is chosen.", "Choose the domain that the campaign comes from."
		return c
	case !d.MaySend():
		c.Verdict, c.Words = Bad, d.Unicode()+" is not proven."
		c.Remedy = "Publish the DNS records that the domain's page lists."
		return c
	}
	for _, r := range d.Records {
		if said := judgeRecord(r); said != "" {
			c.Details = append(c.Details, said)
		}
	}
	if len(c.Details) > 0 {
		c.Verdict, c.Words = Warn, "Something about the DNS of "+d.Unicode()+" is not as receivers want it."
		c.Remedy = "Look at the domain's page: it says what to publish."
		return c
	}
	c.Verdict, c.Words = Good, "SPF, DKIM and DMARC of "+d.Unicode()+" are in order."
	return c
}

// judgeRecord says what is wrong with a record that matters to receivers.
func judgeRecord(r domain.Record) string {
	switch r.Purpose {
	case domain.DKIMActive, domain.ReturnPath, domain.SPF, domain.DMARC:
	default:
		return ""
	}
	if r.Verdict == domain.Missing && r.Purpose == domain.SPF { // SPF is checked at the return path
		return ""
	}
	if r.Verdict != domain.Missing && r.Verdict != domain.Wrong {
		return ""
	}
	return strings.TrimSpace(r.Title + ": " + r.Explanation)
}
