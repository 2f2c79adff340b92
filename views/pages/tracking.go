package pages

import (
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
)

// TrackingSettings is what an account wants to be tracked.
type TrackingSettings struct {
	layout.Page
	Switches []TrackingSwitch
	Denied   string
	Errors   Errors
}

// TrackingSwitch is one decision.
type TrackingSwitch struct {
	Name   string // of the field: "broadcast_open" …
	Value  string // "on", "off", or "" for what the account says
	Stands bool   // what holds where the value is ""
}

// DomainTracking is what a domain wants to be tracked, where it differs from its account.
type DomainTracking struct {
	Switches []TrackingSwitch
	Denied   string
}

var switchLabels = map[string]string{
	"broadcast_open": "Opens of newsletters", "broadcast_click": "Clicks in newsletters",
	"transactional_open": "Opens of transactional mail", "transactional_click": "Clicks in transactional mail",
}

var trackedOrNot = []components.Option{{Value: "on", Label: "Tracked"}, {Value: "off", Label: "Not tracked"}}

// field shows a switch of an account, which always says something.
func (s TrackingSwitch) field() components.Field {
	value := s.Value
	if value == "" {
		value = "off"
		if s.Stands {
			value = "on"
		}
	}
	return components.Field{Name: s.Name, Label: switchLabels[s.Name], Value: value}
}

// choice shows a switch of a domain, which may leave it to the account.
func (s TrackingSwitch) choice() (components.Field, []components.Option) {
	label := "As the account: not tracked"
	if s.Stands {
		label = "As the account: tracked"
	}
	return components.Field{Name: s.Name, Label: switchLabels[s.Name], Value: s.Value}, append([]components.Option{{Value: "", Label: label}}, trackedOrNot...)
}

// StaffLinks is where links lead nobody any more.
type StaffLinks struct {
	layout.Page
	Rows           []StoppedLink
	Target, Reason string
	Errors         Errors
}

// StoppedLink is one of them.
type StoppedLink struct {
	Target, Reason string
	At             time.Time
}
