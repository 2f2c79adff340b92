package pages

import "smtpserver/views/layout"

// AuthOnward leads to a provider, by itself and by a button.
type AuthOnward struct {
	layout.Page
	Label string
	URL   string
}

func (v AuthOnward) refresh() string { return "0; url=" + v.URL }
