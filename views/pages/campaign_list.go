package pages

import (
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
)

// CampaignRow is one line of the list.
type CampaignRow struct {
	ID, Name, State string
	Result          string // one line: how far it is, or how it went
	Asks            bool   // it waits for somebody's word
	Part            int    // percent that is done, while it is being sent; -1 otherwise
	At              time.Time
}

// CampaignList is an account's campaigns.
type CampaignList struct {
	layout.Page
	State  string // the filter
	Rows   []CampaignRow
	Pager  components.Pager
	Denied string
}

// campaignFilters are the tabs of the list.
var campaignFilters = []struct{ state, label string }{{"", "All"}, {"draft", "Drafts"}, {"scheduled", "Scheduled"}, {"sending", "Sending"}, {"paused", "Paused"}, {"done", "Sent"}}

func (v CampaignList) tabs() (tabs []components.Tab) {
	for _, f := range campaignFilters {
		tabs = append(tabs, components.Tab{Label: f.label, URL: v.filterURL(f.state), Current: f.state == v.State})
	}
	return tabs
}

// CampaignNew is the form that a campaign begins with.
type CampaignNew struct {
	layout.Page
	Name   string
	Errors Errors
	Denied string
}
