package pages

import (
	"regexp"
	"slices"

	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/urls"
)

// InboxShow is one captured mail.
type InboxShow struct {
	layout.Page
	InboxRow
	Tab     string // "" (preview), html, text, headers, raw
	Content Content
}

// frame marks the entry in the sidebar, and leads back to the list.
func (v InboxShow) frame() layout.Page {
	v.Active = layout.NavInbox
	return v.Under(layout.Crumb{Label: "Captured mail", URL: urls.DevInbox}, layout.Crumb{Label: v.subject()})
}

func (v InboxRow) subject() string {
	if v.Subject == "" {
		return "(no subject)"
	}
	return v.Subject
}

func (v InboxShow) tab() string {
	if v.Tab == "" {
		return "text"
	}
	return v.Tab
}

func (v InboxShow) tabs() (tabs []components.Tab) {
	for _, t := range [][2]string{{"text", "Text"}, {"preview", "Preview"}, {"html", "HTML"}, {"headers", "Headers"}, {"raw", "Raw"}} {
		tabs = append(tabs, components.Tab{Label: t[1], URL: urls.WithQuery(urls.DevMessage(v.ID, ""), "tab", t[0]), Current: v.tab() == t[0]})
	}
	return tabs
}

var webLink = regexp.MustCompile(`https?://[^\s<>"]+`)

// links are the addresses in the text part, to be followed from here: the preview
// is sandboxed and opens nothing.
func (v InboxShow) links() (links []string) {
	for _, l := range webLink.FindAllString(v.Content.Text, 20) {
		if !slices.Contains(links, l) {
			links = append(links, l)
		}
	}
	return links
}
