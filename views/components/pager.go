package components

// Pager leads to the neighbouring pages of a list read by key; "" where there is none.
type Pager struct {
	Newer, Older string
}

// Any reports whether there is another page.
func (p Pager) Any() bool { return p.Newer != "" || p.Older != "" }

// Tab is one tab; tabs are links, so that each has an address.
type Tab struct {
	Label, URL string
	Current    bool
}
