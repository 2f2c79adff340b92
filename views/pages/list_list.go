package pages

import (
	"strconv"
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/urls"
)

// ListList is the account's lists and topics.
type ListList struct {
	layout.Page
	Rows   []ListRow
	Topics []TopicRow
	Denied string

	Name, Description, TopicID string
	Errors                     Errors
	TopicName, TopicAbout      string
	TopicErrors                Errors
}

// ListRow is one list.
type ListRow struct {
	ID, Name, Description, Topic string
	Members                      int64
	At                           time.Time
}

// TopicRow is one topic.
type TopicRow struct {
	ID, Name, Description string
}

func (v ListList) topicOptions() []components.Option {
	options := []components.Option{{Value: "", Label: "No topic"}}
	for _, t := range v.Topics {
		options = append(options, components.Option{Value: t.ID, Label: t.Name})
	}
	return options
}

// ListShow is one list with its members.
type ListShow struct {
	layout.Page
	ListRow
	Contacts     []ContactRow
	Older        string
	Denied       string
	ExportDenied string
	Errors       Errors
	Form         ListForm
}

// ListForm is the list's subscription form.
type ListForm struct {
	Wording, URL, HTML string
	Live               bool
}

// SegmentList is the account's segments.
type SegmentList struct {
	layout.Page
	Rows   []SegmentRow
	Denied string
}

// SegmentRow is one segment.
type SegmentRow struct {
	ID, Name, Rules string
	Counted         int64 // -1: not yet
	CountedAt       time.Time
}

// SegmentShow is a segment's rules, its count and a sample.
type SegmentShow struct {
	layout.Page
	SegmentRow
	Since        int64 // a count has been under way since then, in µs; 0: none
	All          bool  // every group holds; else any of them
	Groups       []RuleGroup
	Properties   []components.Option
	Operators    []components.Option
	Hints        []string // ids that rules may name
	JSON         string   // rules that are nested deeper than the form shows; ""
	Sample       []ContactRow
	Errors       Errors
	Denied       string
	ExportDenied string
}

// RuleGroup is a few rules of which all or any hold.
type RuleGroup struct {
	Prefix string // of its controls' names
	All    bool
	Rules  []RuleRow
}

// RuleRow is one rule as it is typed.
type RuleRow struct {
	Prefix, Property, Operator, Value string
	Choices                           []components.Option // of a value that names something
}

var matchOptions = []components.Option{{Value: "all", Label: "all of these hold"}, {Value: "any", Label: "any of these holds"}}

func match(all bool) string {
	if all {
		return "all"
	}
	return "any"
}

func (v SegmentShow) title() string {
	if v.ID == "" {
		return "New segment"
	}
	return v.Name
}

// countURL asks for a count, or for the one that is under way.
func (v SegmentShow) countURL() string {
	if v.Since == 0 {
		return v.URLs().SegmentCount(v.ID)
	}
	return urls.WithQuery(v.URLs().SegmentCount(v.ID), "since", strconv.FormatInt(v.Since, 10))
}

// countTrigger is when the page asks: at once, then every second until the count is there.
func (v SegmentShow) countTrigger() string {
	if v.Since == 0 {
		return "load"
	}
	return "load delay:1s"
}

func (v SegmentShow) saveURL() string {
	if v.ID == "" {
		return v.URLs().Segments()
	}
	return v.URLs().Segment(v.ID)
}
