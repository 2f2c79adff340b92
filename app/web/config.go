package web

import (
	"net/netip"
	"net/url"
)

// Config is what the pages need to know about the instance.
type Config struct {
	PublicURL       *url.URL       // every link and redirect is built from it
	Brand           string         // name shown on pages
	TrustedProxies  []netip.Prefix // whose X-Forwarded-For is believed
	Capture         bool           // DELIVERY=capture: /dev pages exist
	SignUpClosed    bool           // SIGNUP is not open
	MailHostname    string         // host that SMTP clients connect to, for snippets
	SMTPPort        int            // submission with STARTTLS
	SMTPSPort       int            // submission with implicit TLS
	StaffTwoFactors bool           // the back office asks for two factors
	SelfSigned      bool           // the mail certificate is our own: programs must be told to trust it
}

// https reports whether browsers reach the pages over TLS.
func (c Config) https() bool { return c.PublicURL.Scheme == "https" }

// origin is the PublicURL as browsers write it into the Origin header.
func (c Config) origin() string { return c.PublicURL.Scheme + "://" + c.PublicURL.Host }
