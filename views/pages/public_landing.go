package pages

import (
	"smtpserver/views/layout"
)

// PublicLanding is the front page.
type PublicLanding struct {
	layout.Page
	SMTPHost string // host and port that the quick start shows
	SMTPPort int
}
