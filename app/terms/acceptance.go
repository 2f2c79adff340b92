package terms

import (
	"net/netip"
	"time"

	"smtpserver/app/id"
)

// Channel says by which act a version was accepted.
type Channel string

// The channels.
const (
	SignUp    Channel = "sign_up"
	AcceptNow Channel = "accept_now"
	Use       Channel = "use"
)

// Acceptance is the evidence that an account accepted a version.
type Acceptance struct {
	Document   Document
	Number     int
	Digest     string
	UserID     id.ID
	Channel    Channel
	IP         netip.Addr
	UserAgent  string
	AcceptedAt time.Time
}

func (r acceptanceRow) acceptance() Acceptance {
	ip, _ := netip.ParseAddr(r.IP) // stored by us; an unreadable one shows as none
	return Acceptance{
		Document: r.Document, Number: r.Number, Digest: r.Digest, UserID: r.UserID, Channel: r.Channel,
		IP: ip, UserAgent: r.UserAgent, AcceptedAt: r.AcceptedAt,
	}
}
