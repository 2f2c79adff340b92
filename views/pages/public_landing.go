package pages

import (
	"smtpserver/static"
	"smtpserver/views/layout"
)

// PublicLanding is the front page.
type PublicLanding struct {
	layout.Page
	SMTPHost string // host and port that the quick start shows
	SMTPPort int
}

// The pictures of the overview, in both themes.
const (
	shotLight = "screenshot-light.png"
	shotDark  = "screenshot-dark.png"
)

// hasShots reports whether the pictures were built in: a front page without them is
// still a front page.
func hasShots() bool {
	_, light := static.Lookup(shotLight)
	_, dark := static.Lookup(shotDark)
	return light && dark
}
