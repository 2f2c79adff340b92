package feedback

import (
	"bytes"
	"strings"

	"smtpserver/app/mail/dsn"
	"smtpserver/app/mail/verdict"
)

// readStatus reads a delivery status notification (RFC 3464 §2): a block about the
// message, then one for each recipient.
func (r *Report) readStatus(f *found) bool {
	if f.status == nil {
		return false
	}
	r.Kind, r.Form = Status, "rfc3464"
	rest := bytes.TrimLeft(f.status, "\r\n")
	for len(rest) > 0 && len(r.Recipients) < MaxRecipients {
		var fields []field
		var cut bool
		fields, rest, cut = takeFields(rest)
		r.Truncated = r.Truncated || cut
		r.readBlock(fields)
	}
	r.Truncated = r.Truncated || len(bytes.TrimSpace(rest)) > 0
	for i := range r.Recipients {
		r.Recipients[i].settle()
	}
	if len(r.Recipients) == 0 {
		r.Kind = Unknown // a report about nobody
	}
	return r.Kind == Status
}

// readBlock takes any block as both kinds: some programs forget the empty line
// between them, or between recipients.
func (r *Report) readBlock(fields []field) {
	var to *Recipient
	seen := map[string]bool{}
	for _, f := range fields {
		if r.readMessageField(f) {
			continue
		}
		if to == nil || strings.HasSuffix(f.name, "-Recipient") && seen[f.name] {
			if !isRecipientField(f.name) || len(r.Recipients) == MaxRecipients {
				continue
			}
			r.Recipients = append(r.Recipients, Recipient{})
			to, seen = &r.Recipients[len(r.Recipients)-1], map[string]bool{}
		}
		seen[f.name] = true
		to.set(f)
	}
}

func (r *Report) readMessageField(f field) bool {
	switch f.name {
	case "Original-Envelope-Id":
		r.EnvelopeID = f.value
	case "Reporting-Mta":
		r.ReportingMTA = afterType(f.value)
	case "Arrival-Date":
		r.ArrivalDate = date(f.value)
	default:
		return false
	}
	return true
}

func isRecipientField(name string) bool {
	switch name {
	case "Final-Recipient", "Original-Recipient", "Action", "Status":
		return true
	}
	return false
}

func (r *Recipient) set(f field) {
	switch f.name {
	case "Final-Recipient":
		r.Final = recipientAddress(f.value)
	case "Original-Recipient":
		r.Original = recipientAddress(f.value)
	case "Action":
		word, _, _ := strings.Cut(strings.TrimSpace(f.value), " ")
		r.Action = Action(strings.ToLower(strings.Trim(word, ";,.()")))
	case "Status":
		r.Status = verdict.ParseStatus(f.value)
	case "Diagnostic-Code":
		r.Diagnostic = f.value
	case "Remote-Mta":
		r.RemoteMTA = hostOf(afterType(f.value))
	case "Last-Attempt-Date":
		r.LastTry = date(f.value)
	case "Will-Retry-Until":
		r.RetryUntil = date(f.value)
	}
}

// settle fills in what was not told or is not a known word.
func (r *Recipient) settle() {
	if r.Status[0] == 0 {
		r.Status = verdict.ParseDiagnostic(r.Diagnostic).Enhanced
	}
	switch r.Action {
	case Failed, Delayed, Delivered, Relayed, Expanded:
		return
	}
	switch r.Status[0] {
	case 2:
		r.Action = Delivered
	case 4:
		r.Action = Delayed
	default:
		r.Action = Failed
	}
}

// recipientAddress reads the value of a recipient field in any of its encodings
// (RFC 3464 §2.3.2, RFC 6533 §3).
func recipientAddress(value string) string {
	kind, rest, ok := strings.Cut(value, ";")
	if !ok {
		return bare(value)
	}
	rest = strings.TrimSpace(rest)
	if strings.EqualFold(strings.TrimSpace(kind), "utf-8") {
		rest = dsn.DecodeUnitext(rest)
	}
	return bare(rest)
}

// bare returns the address of "<a@b>" or "a@b (comment)".
func bare(s string) string {
	if a := addressIn(s); a != "" {
		return a
	}
	return strings.Trim(s, "<> \t")
}

// hostOf drops a comment or address literal after a host name.
func hostOf(s string) string {
	host, _, _ := strings.Cut(strings.TrimSpace(s), " ")
	return strings.TrimSuffix(host, ".")
}
