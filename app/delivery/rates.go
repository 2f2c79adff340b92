package delivery

import (
	"sync"
	"time"

	"smtpserver/app/id"
	"smtpserver/app/limit"
	"smtpserver/app/message"
)

// rateTime is how long the list of accounts that have rates is believed.
const rateTime = 2 * time.Second

// rated knows which accounts have a rate: most have none, and cost nothing.
type rated struct {
	mu       sync.Mutex
	at       time.Time
	accounts map[id.ID]bool
}

// rates are those of one account, locked for a claim. The nil one limits nothing.
type rates struct {
	rows []*limit.SendingRate
	next time.Time // when the first that held something back lets more go
}

func (r *rates) until() time.Time {
	if r == nil {
		return time.Time{}
	}
	return r.next
}

// governs reports whether a rate is about what a credential sends in a stream; with no
// credential, about all of the stream.
func governs(r *limit.SendingRate, stream message.Stream, credential id.ID) bool {
	switch r.Kind {
	case limit.OfAccount, limit.OfPlan:
		return credential == ""
	case limit.OfStream:
		return credential == "" && r.Subject == string(stream)
	}
	return credential != "" && r.Subject == string(credential)
}

// room is how many deliveries may leave now: of a credential, or of the stream as a whole.
func (r *rates) room(stream message.Stream, credential id.ID, now time.Time) int {
	room := limit.NoLimit
	if r == nil {
		return room
	}
	for _, row := range r.rows {
		if governs(row, stream, credential) {
			n := row.Rate().Room(now)
			if n == 0 {
				r.next = earliest(r.next, row.FreeAt)
			}
			room = min(room, n)
		}
	}
	return room
}

// take counts what leaves.
func (r *rates) take(stream message.Stream, rows []*message.Delivery, now time.Time) {
	if r == nil {
		return
	}
	for _, row := range r.rows {
		n := 0
		for _, d := range rows {
			if governs(row, stream, "") || d.CredentialID != "" && governs(row, stream, d.CredentialID) {
				n++
			}
		}
		rate := row.Rate()
		rate.Take(n, now)
		row.FreeAt = rate.FreeAt
		if n > 0 && rate.Room(now) == 0 {
			r.next = earliest(r.next, rate.FreeAt)
		}
	}
}
