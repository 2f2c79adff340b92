package identity

import (
	"net/netip"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"smtpserver/app/id"
)

// User is a person who can sign in.
type User struct {
	ID               id.ID
	Email            string
	Name             string
	Staff            bool
	Theme            Theme
	EmailConfirmedAt *time.Time
	CreatedAt        time.Time
}

// Confirmed reports whether the user has proven to read the address.
func (u User) Confirmed() bool { return u.EmailConfirmedAt != nil }

// Theme is how the pages look to a user.
type Theme string

// The themes.
const (
	SystemTheme Theme = "system"
	LightTheme  Theme = "light"
	DarkTheme   Theme = "dark"
)

// ParseTheme accepts the three themes.
func ParseTheme(s string) (Theme, bool) {
	t := Theme(s)
	return t, t == SystemTheme || t == LightTheme || t == DarkTheme
}

// Client is where a request came from.
type Client struct {
	IP        netip.Addr
	UserAgent string
	Device    string // token of the browser's long-lived cookie; "" when it has none
}

const maxUserAgent = 255

// agent is the user agent in a form that is fit for storing and showing.
func (c Client) agent() string {
	s := strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) {
			return -1
		}
		return r
	}, c.UserAgent)
	for len(s) > maxUserAgent {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s
}

func (c Client) ip() string { return c.IP.Unmap().WithZone("").String() }

const maxName = 100

func nameProblem(name string) string {
	switch {
	case name == "":
		return "Tell us your name."
	case utf8.RuneCountInString(name) > maxName:
		return "At most 100 characters, please."
	case !utf8.ValidString(name), strings.ContainsFunc(name, unicode.IsControl):
		return "Use letters, digits, spaces and punctuation only."
	}
	return ""
}
