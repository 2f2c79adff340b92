package components

// Confirmation is an action that cannot be undone, with its question.
type Confirmation struct {
	ID          string // unique on the page
	Label       string // of the button: "Revoke"
	About       string // what it is about, for screen readers: "shop-prod"
	Question    string
	Consequence string
	Yes         string // of the button that does it
	URL         string
	CSRF        string
	Denied      string
}

// AriaLabel tells buttons with the same word apart.
func (c Confirmation) AriaLabel() string {
	if c.About == "" {
		return c.Label
	}
	return c.Label + " " + c.About
}
