package domain

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"smtpserver/app/mail/dkim"
)

// Purpose says what a DNS record is for.
type Purpose string

// The purposes.
const (
	DKIMActive  Purpose = "dkim_active"
	DKIMStandby Purpose = "dkim_standby"
	DKIMRetired Purpose = "dkim_retired" // advice to leave it for a while; never looked up
	ReturnPath  Purpose = "return_path"
	Tracking    Purpose = "tracking"
	SPF         Purpose = "spf"
	DMARC       Purpose = "dmarc"
)

// Verdict is what we saw of a record.
type Verdict string

// The verdicts.
const (
	Unchecked   Verdict = "unchecked"
	Good        Verdict = "good"
	Missing     Verdict = "missing"
	Wrong       Verdict = "wrong"
	Unreachable Verdict = "unreachable" // the name servers gave no answer: nobody knows
)

// Record is one DNS record that we ask for, and what we saw of it.
type Record struct {
	Purpose     Purpose
	Title       string // e.g. "DKIM key"
	Type        string // TXT or CNAME
	Name        string // full name, without the final dot
	Host        string // the part that most DNS hosts' forms ask for, below the zone; "@" for the zone itself
	Value       string // "" when nothing has to be published
	Why         string // one sentence
	Required    bool
	Verdict     Verdict
	Explanation string // the verdict in plain words
	Seen        string // what DNS answered, made printable
	CheckedAt   *time.Time

	public []byte // of a DKIM key
}

// Labels below the customer's domain.
const (
	returnPathLabel = "bounces"
	trackingLabel   = "links"
)

// returnPathTarget is the name that receives bounces and carries SPF.
func (s *Service) returnPathTarget() string { return "rp." + s.hostname }

// records lists what to publish for a domain, in the order of the page. keys are
// its DKIM keys.
func (s *Service) records(d Domain, keys []dkimKey) []Record {
	var list []Record
	for _, k := range keys {
		if r, ok := s.keyRecord(d, k); ok {
			list = append(list, r)
		}
	}
	list = append(list,
		Record{
			Purpose: ReturnPath, Title: "Return path", Type: "CNAME", Name: d.ReturnPath, Value: s.returnPathTarget(), Required: true,
			Why: "Bounces come back to us through it, and it makes SPF pass in your name.",
		},
		Record{
			Purpose: Tracking, Title: "Link host", Type: "CNAME", Name: d.TrackingHost, Value: s.hostname,
			Why: "Tracked links and unsubscribe links carry your name instead of ours.",
		},
		Record{
			Purpose: SPF, Title: "SPF", Type: "TXT", Name: d.Name,
			Why: "SPF is checked at the return path above; this row looks after your existing record.",
		},
		Record{
			Purpose: DMARC, Title: "DMARC", Type: "TXT", Name: "_dmarc." + d.Name, Value: "v=DMARC1; p=none; rua=mailto:dmarc@" + d.Name,
			Why: "Tells receivers what to do with mail in your name that is not authenticated. Large mailbox providers ask for one. Put an address that you read behind mailto:.",
		},
	)
	zone := organisational(d.Name)
	for i := range list {
		list[i].Host = hostBelow(list[i].Name, zone)
		list[i].Verdict, list[i].Explanation = Unchecked, cmp.Or(list[i].Explanation, "Not looked up yet.")
	}
	return list
}

func (s *Service) keyRecord(d Domain, k dkimKey) (Record, bool) {
	r := Record{Type: "TXT", Name: dkim.RecordName(k.Selector, d.Name), Value: dkim.Record(k.PublicKey), public: k.PublicKey}
	switch k.State {
	case keyActive:
		r.Purpose, r.Title, r.Required = DKIMActive, "DKIM key", true
		r.Why = "Receivers check our signature with it: proof that the mail is yours and unchanged."
	case keyStandby:
		r.Purpose, r.Title = DKIMStandby, "DKIM key, next"
		r.Why = "Publish it now, and the key can change later without a gap."
	default:
		keepUntil := k.RetiredAt.Add(keepRetired)
		if s.store.Now().After(keepUntil) {
			return Record{}, false
		}
		r.Purpose, r.Title = DKIMRetired, "DKIM key, retired"
		r.Why = "Mail that is still on its way was signed with it."
		r.Explanation = fmt.Sprintf("Leave this record in place until %s, then delete it.", keepUntil.Format("2 January 2006"))
	}
	return r, true
}

// hostBelow returns a name relative to its zone.
func hostBelow(name, zone string) string {
	if name == zone {
		return "@"
	}
	return strings.TrimSuffix(name, "."+zone)
}

// ZoneText returns the records as lines of a zone file (RFC 1035 §5).
func ZoneText(d Domain, records []Record) string {
	var b strings.Builder
	fmt.Fprintf(&b, "; DNS records for %s\n", d.Name)
	for _, r := range records {
		if r.Value == "" {
			continue
		}
		need := "recommended"
		if r.Required {
			need = "required"
		}
		value := r.Value + "."
		if r.Type == "TXT" {
			value = dkim.ZoneValue(r.Value) // any TXT value, cut into strings of 255 octets
		}
		fmt.Fprintf(&b, "; %s (%s)\n%s. 3600 IN %s %s\n", r.Title, need, r.Name, r.Type, value)
	}
	return b.String()
}
