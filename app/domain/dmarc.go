package domain

import (
	"context"
	"strings"
)

// dmarcRecord is a DMARC policy record (RFC 9989 §4.7), as far as advice needs it.
type dmarcRecord struct {
	policy, subPolicy string // none, quarantine, reject; subPolicy falls back to policy
	psd               string
	testing, strict   bool
	reports           bool
	retired           string // a tag that RFC 9989 took away
	fault             string // why receivers will not use it as meant
}

// parseDMARC reads one record; ok is false for text that is no DMARC record at all.
func parseDMARC(text string) (r dmarcRecord, ok bool) {
	tags := strings.Split(text, ";")
	if name, value, _ := strings.Cut(tags[0], "="); strings.TrimSpace(name) != "v" || strings.TrimSpace(value) != "DMARC1" {
		return dmarcRecord{}, false // §4.7: v comes first, and its value is case-sensitive
	}
	r.policy = "none" // §4.7: a missing p counts as none
	for _, tag := range tags[1:] {
		name, value, found := strings.Cut(tag, "=")
		name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
		switch {
		case name == "" && !found:
		case !found:
			r.fault = "\"" + name + "\" has no value"
		default:
			r.set(name, value)
		}
	}
	if r.subPolicy == "" {
		r.subPolicy = r.policy
	}
	return r, true
}

func (r *dmarcRecord) set(name, value string) {
	lower := strings.ToLower(value)
	switch name {
	case "p", "sp", "np":
		if lower != "none" && lower != "quarantine" && lower != "reject" {
			r.fault = name + " must be none, quarantine or reject"
			return
		}
		switch name {
		case "p":
			r.policy = lower
		case "sp":
			r.subPolicy = lower
		}
	case "psd":
		r.psd = lower
	case "t":
		r.testing = lower == "y"
	case "adkim":
		r.strict = lower == "s"
	case "rua":
		r.reports = value != ""
	case "pct", "rf", "ri":
		r.retired = name
	} // §4.7: unknown tags are ignored
}

// found is a DMARC record with the name it stands at.
type found struct {
	at     string // domain, without _dmarc
	text   string
	record dmarcRecord
}

// lookUpDMARC finds the record that applies to a domain: its own, else that of the
// organisational domain, found by the tree walk (RFC 9989 §4.10). several is the
// domain where more than one record stands, which receivers ignore.
func lookUpDMARC(ctx context.Context, r Resolver, name string) (best *found, several string, err error) {
	for _, at := range treeWalk(name) {
		texts, err := r.TXT(ctx, "_dmarc."+at)
		if err != nil && !absent(err) {
			return nil, "", err
		}
		here := dmarcRecords(at, texts)
		switch {
		case len(here) > 1 && several == "":
			several = at
		case len(here) == 1 && at == name:
			return &here[0], several, nil // §4.10.1: the domain's own record
		case len(here) == 1 && here[0].record.psd == "n":
			return &here[0], several, nil
		case len(here) == 1 && here[0].record.psd == "y":
			if best == nil {
				best = &here[0] // nothing below the public suffix: its own policy applies
			}
			return best, several, nil
		case len(here) == 1:
			best = &here[0] // the shortest name wins, so go on
		}
	}
	return best, several, nil
}

func dmarcRecords(at string, texts []string) (records []found) {
	for _, text := range texts {
		if record, ok := parseDMARC(text); ok {
			records = append(records, found{at: at, text: text, record: record})
		}
	}
	return records
}

// treeWalk returns the names to ask, most specific first: at most eight, jumping
// over the middle of very long names (RFC 9989 §4.10).
func treeWalk(name string) []string {
	const most = 7
	names := []string{name}
	labels := strings.Split(name, ".")
	if len(labels) > most+1 {
		labels = labels[len(labels)-most-1:]
	}
	for len(labels) > 1 {
		labels = labels[1:]
		names = append(names, strings.Join(labels, "."))
	}
	return names
}

// judgeDMARC gives the verdict on what lookUpDMARC found.
func judgeDMARC(name string, best *found, several string, err error) finding {
	switch {
	case err != nil:
		return unreachable()
	case several == name:
		return finding{verdict: Wrong, explanation: "There is more than one DMARC record, and receivers then ignore all of them. Keep one."}
	case best == nil:
		return finding{verdict: Missing, explanation: "Gmail, Yahoo and Outlook want a DMARC record from everyone who sends in bulk. p=none changes nothing about delivery; it only asks for reports."}
	}
	f := finding{verdict: Good, seen: best.text}
	policy := best.record.policy
	where := "Found."
	if best.at != name {
		policy, where = best.record.subPolicy, "Covered by the record of "+unicodeName(best.at)+"."
	}
	switch r := best.record; {
	case r.fault != "":
		f.verdict, f.explanation = Wrong, "The record has a mistake ("+printable(r.fault)+"), and receivers may ignore it."
	case r.strict && best.at == name:
		f.explanation = where + " " + policyMeans(policy) + " adkim=s is strict: send from " + unicodeName(name) + " itself, not from its sub-domains."
	case r.testing:
		f.explanation = where + " t=y marks it as a test: receivers apply a milder policy than p=" + policy + "."
	case r.retired != "":
		f.explanation = where + " " + policyMeans(policy) + " The tag " + r.retired + " no longer exists (RFC 9989); you can remove it."
	case !r.reports:
		f.explanation = where + " " + policyMeans(policy) + " Without rua= you get no reports about who sends in your name."
	default:
		f.explanation = where + " " + policyMeans(policy)
	}
	return f
}

func policyMeans(policy string) string {
	switch policy {
	case "quarantine":
		return "Mail in your name that is not authenticated goes to spam; what we send is."
	case "reject":
		return "Mail in your name that is not authenticated is refused; what we send is authenticated."
	}
	return "p=none asks for nothing but reports."
}
