package delivery

import (
	"errors"
	"strings"

	"smtpserver/app/id"
	"smtpserver/app/message"
)

var (
	errLeaseLost = errors.New("delivery: the lease ran out before the dot")
	errCutOff    = errors.New("delivery: cut off before the dot")
)

// group makes one parcel per message and recipient domain, or per message where one
// server takes all domains, at most perParcel recipients each, in the order of the claim.
func group(claimed []*message.Delivery, messages map[id.ID]*message.Message, anyDomain bool) []*parcel {
	type key struct {
		message id.ID
		domain  string
	}
	var parcels []*parcel
	open := map[key]*parcel{}
	for _, d := range claimed {
		k := key{message: d.MessageID}
		if !anyDomain {
			k.domain = d.Domain()
		}
		p := open[k]
		if p == nil || len(p.Recipients) == perParcel {
			p = &parcel{Parcel: Parcel{Message: messages[d.MessageID], Domain: k.domain}}
			open[k] = p
			parcels = append(parcels, p)
		}
		p.Recipients = append(p.Recipients, d)
	}
	return parcels
}

// chunk returns how many parcels, at least one, fit into loadBytes.
func chunk(parcels []*parcel) int {
	var size int64
	for i, p := range parcels {
		size += p.Message.Size
		if size > loadBytes && i > 0 {
			return i
		}
	}
	return len(parcels)
}

func flatten(parcels []*parcel) (rows []*message.Delivery) {
	for _, p := range parcels {
		rows = append(rows, p.Recipients...)
	}
	return rows
}

// clean makes text from strangers fit for both databases: valid UTF-8, no NUL.
func (r *Report) clean() {
	lines := make([]message.Line, len(r.Attempt.Transcript))
	for i, l := range r.Attempt.Transcript {
		l.Text = storable(l.Text)
		lines[i] = l
	}
	r.Attempt.Transcript = lines
	r.Attempt.Host = storable(r.Attempt.Host)
	for i := range r.Outcomes {
		r.Outcomes[i].Reply = storable(r.Outcomes[i].Reply)
		r.Outcomes[i].Reason = storable(r.Outcomes[i].Reason)
	}
}

func storable(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}
