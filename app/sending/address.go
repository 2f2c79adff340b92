package sending

import (
	"net/netip"
	"time"
)

// Verdict is what DNS says of an address.
type Verdict string

// The verdicts. Only a good one may send.
const (
	Unchecked Verdict = "unchecked"
	Good      Verdict = "good"
	Wrong     Verdict = "wrong"
)

// DefaultPool serves whom no rule names.
const DefaultPool = "default"

// Address is one of ours.
type Address struct {
	Address   string `gorm:"primaryKey"`
	Name      string
	Pool      string
	Warming   bool
	Paused    bool
	Verdict   Verdict
	Problem   string
	ListedBy  string
	CheckedAt *time.Time
	CreatedAt time.Time
}

// TableName implements gorm's naming.
func (Address) TableName() string { return "sending_addresses" }

// Usable reports whether mail may leave from it.
func (a Address) Usable() bool { return !a.Paused && a.Verdict == Good && a.ListedBy == "" }

// Source is the address itself.
func (a Address) Source() netip.Addr {
	addr, err := netip.ParseAddr(a.Address)
	if err != nil {
		return netip.Addr{} // was checked as it was stored
	}
	return addr.Unmap()
}

// State words how it stands.
func (a Address) State() string {
	switch {
	case a.Paused:
		return "paused by hand"
	case a.ListedBy != "":
		return "out: listed by " + a.ListedBy
	case a.Verdict == Wrong:
		return "out: " + a.Problem
	case a.Verdict == Unchecked:
		return "waits for the check of its reverse name"
	case a.Warming:
		return "in use, warming up"
	}
	return "in use"
}

// Rule says which pool serves an account, a stream or both; empty means every one.
type Rule struct{ Holder, Stream, Pool string }

// poolOf finds the most exact rule.
func poolOf(rules []Rule, holder, stream string) string {
	for _, want := range []Rule{{Holder: holder, Stream: stream}, {Holder: holder}, {Stream: stream}, {}} {
		for _, r := range rules {
			if r.Holder == want.Holder && r.Stream == want.Stream {
				return r.Pool
			}
		}
	}
	return DefaultPool
}
