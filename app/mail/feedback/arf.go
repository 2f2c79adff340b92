package feedback

import (
	"net/netip"
	"strconv"
	"strings"
)

const maxURIs = 50

// readFeedback reads a feedback report (RFC 5965 §3).
func (r *Report) readFeedback(f *found) bool {
	if f.feedback == nil {
		return false
	}
	r.Kind, r.Form = Complaint, "rfc5965"
	fields, _, cut := takeFields(trimBlank(f.feedback))
	r.Truncated = r.Truncated || cut
	r.Feedback = &Feedback{Type: Other, Incidents: 1}
	for _, x := range fields {
		switch x.name {
		case "Original-Envelope-Id":
			r.EnvelopeID = x.value
		case "Reporting-Mta":
			r.ReportingMTA = afterType(x.value)
		}
		r.Feedback.set(x)
	}
	r.Feedback.Redacted = len(r.Feedback.Recipients) == 0
	return true
}

func (f *Feedback) set(x field) {
	switch x.name {
	case "Feedback-Type":
		f.Type = feedbackType(x.value)
	case "User-Agent":
		f.UserAgent = x.value
	case "Original-Mail-From":
		f.MailFrom = bare(x.value)
	case "Original-Rcpt-To", "Removal-Recipient":
		if a := bare(afterType(x.value)); isSomebody(a) && len(f.Recipients) < MaxRecipients {
			f.Recipients = append(f.Recipients, a)
		}
	case "Arrival-Date", "Received-Date":
		if f.ArrivalDate.IsZero() {
			f.ArrivalDate = date(x.value)
		}
	case "Source-Ip":
		f.SourceIP, _ = netip.ParseAddr(strings.Trim(strings.TrimPrefix(x.value, "IPv6:"), "[] ")) // the zero address: not told
	case "Reported-Domain":
		f.Domains = limited(f.Domains, x.value)
	case "Reported-Uri":
		f.ReportedURIs = limited(f.ReportedURIs, x.value)
	case "Incidents":
		if n, err := strconv.ParseUint(x.value, 10, 31); err == nil && n > 0 {
			f.Incidents = int(n)
		}
	}
}

func limited(list []string, value string) []string {
	if value == "" || len(list) == maxURIs {
		return list
	}
	return append(list, value)
}

// feedbackType reads the word, with the spellings in use. An unknown one is "other"
// (RFC 5965 §3.1).
func feedbackType(value string) FeedbackType {
	word, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(value)), " ")
	switch t := FeedbackType(word); t {
	case Abuse, Fraud, Virus, NotSpam, AuthFailure, OptOut:
		return t
	case "opt-out-list", "unsubscribe":
		return OptOut
	case "spam", "complaint", "junk":
		return Abuse
	case "phishing":
		return Fraud
	case "not_spam", "notspam":
		return NotSpam
	}
	return Other
}

// isSomebody tells an address from what stands for a hidden one (RFC 6590):
// "redacted@…", "[removed]", "undisclosed", a row of stars or x.
func isSomebody(a string) bool {
	local, domain, ok := strings.Cut(strings.ToLower(a), "@")
	if !ok || local == "" || !strings.Contains(domain, ".") || strings.Contains(domain, "redacted") || strings.HasSuffix(domain, ".invalid") {
		return false
	}
	for _, word := range []string{"redacted", "undisclosed", "removed", "hidden"} {
		if strings.Contains(local, word) {
			return false
		}
	}
	return strings.Trim(local, "x*-.?") != ""
}

// readLoop recognises feedback loops that send no feedback report but the message
// alone: Microsoft's JMRP, and older ones by their subject.
func (r *Report) readLoop(f *found) bool {
	if f.original == nil {
		return false
	}
	from, subject := strings.ToLower(r.From), strings.ToLower(r.Subject)
	recipient := f.original.Get("X-HmXmrOriginalRecipient")
	switch {
	case recipient != "", from == "staff@hotmail.com":
		r.Form = "jmrp"
	case strings.HasPrefix(subject, "complaint about message from "),
		strings.HasPrefix(subject, "email feedback report for ip "),
		strings.HasPrefix(subject, "abuse report") && strings.Contains(from, "abuse"):
		r.Form = "loop"
	default:
		return false
	}
	r.Kind = Complaint
	r.Feedback = &Feedback{Type: Abuse, Incidents: 1, ArrivalDate: date(f.original.Get("Date"))}
	r.Feedback.SourceIP = lastAddress(r.Subject)
	if a := bare(recipient); isSomebody(a) {
		r.Feedback.Recipients = []string{a}
	}
	r.Feedback.Redacted = len(r.Feedback.Recipients) == 0
	return true
}

// lastAddress finds the IP address that a subject ends with.
func lastAddress(s string) netip.Addr {
	words := strings.Fields(s)
	for i := len(words) - 1; i >= 0; i-- {
		if a, err := netip.ParseAddr(strings.Trim(words[i], "[]().,;")); err == nil {
			return a
		}
	}
	return netip.Addr{}
}

func trimBlank(b []byte) []byte {
	for len(b) > 0 && (b[0] == '\r' || b[0] == '\n') {
		b = b[1:]
	}
	return b
}
