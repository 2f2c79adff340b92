package pages

import (
	"time"

	"smtpserver/views/layout"
)

// DomainShow is one sending domain and its records.
type DomainShow struct {
	layout.Page
	ID           string
	Name         string // for people
	ASCII        string // A-labels, shown when it differs
	State        string
	Reason       string
	DNSHost      string // who runs the zone; "" unknown
	VerifiedAt   time.Time
	RepairBy     time.Time // in state warning
	CheckedAt    time.Time
	NextCheckAt  time.Time
	Records      []DNSRecord
	Tracking     DomainTracking
	CheckDenied  string
	Removable    bool // offer to give the domain up
	RemoveDenied string
}

// DNSRecord is one record to publish.
type DNSRecord struct {
	Purpose     string // dkim_active, dkim_standby, dkim_retired, return_path, tracking, spf, dmarc
	Title       string // the purpose for people: "DKIM key"
	Why         string // one sentence
	Required    bool   // without it nothing is sent
	Type        string // TXT, CNAME, MX
	Name        string // full name, no dot at the end
	Host        string // the name as most DNS hosts' forms want it, below the zone
	Value       string // "" when nothing has to be published
	Verdict     string // unchecked, good, missing, wrong, unreachable
	Explanation string // plain words
	Seen        string // what DNS answered
	CheckedAt   time.Time
}
