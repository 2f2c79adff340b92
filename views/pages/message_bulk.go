package pages

import (
	"smtpserver/views/components"
	"smtpserver/views/layout"
)

// MessageBulk asks before something is done to all deliveries of a filter.
type MessageBulk struct {
	layout.Page
	Operation string // hold, release, retry or cancel
	Filter    MessageFilter
	Count     int
	More      bool // there are more than Count
}

// Pairs are the filter as parameters of a URL.
func (f MessageFilter) Pairs() []string {
	return []string{"q", f.Query, "state", f.State, "stream", f.Stream, "domain", f.Domain, "address", f.Address, "tag", f.Tag, "from", f.From, "to", f.To}
}

// bulkWords are the words of an operation.
type bulkWords struct{ label, question, consequence, yes string }

var bulk = map[string]bulkWords{
	"hold":    {"Hold", "Hold what waits?", "Nothing of it is tried until somebody releases it.", "Hold them"},
	"release": {"Release", "Release what is held?", "It is tried at once.", "Release them"},
	"retry":   {"Try now", "Try again what is deferred?", "The next try comes now instead of at its time. Servers that asked us to wait may say no again.", "Try them now"},
	"cancel":  {"Cancel", "Cancel what waits?", "This is final: nothing more is tried for these recipients. Those that have their mail keep it.", "Cancel them"},
}

var bulkOrder = []string{"retry", "hold", "release", "cancel"}

func (v MessageBulk) words() bulkWords { return bulk[v.Operation] }

// which tells how many, and of what.
func (v MessageBulk) which() string {
	n := components.Count(int64(v.Count))
	switch {
	case v.More:
		return "More than " + n + " recipients"
	case v.Count == 1:
		return "1 recipient"
	}
	return n + " recipients"
}

// conditions words the filter.
func (v MessageBulk) conditions() (list []Fact) {
	f := v.Filter
	for _, c := range []Fact{{"Recipient or message", f.Query}, {"Address", f.Address}, {"State", f.State}, {"Stream", f.Stream}, {"Tag", f.Tag}, {"From day", f.From}, {"To day", f.To}} {
		if c.Value != "" {
			list = append(list, c)
		}
	}
	if f.Domain != "" {
		list = append(list, Fact{"Domain", "one of yours"})
	}
	return list
}
