package identity

import (
	"strings"

	"smtpserver/app/fault"
	"smtpserver/app/mail/address"
)

// maxEmail is the longest address that fits into an SMTP path (RFC 5321 §4.5.3.1.3, erratum 1690).
const maxEmail = 254

// parseEmail returns the address as it is written to and shown, and the key it is
// found by. Upper and lower case are one address: no provider that matters tells
// them apart, and two users of one mailbox would be a way to take one over.
// Local parts beyond ASCII are refused for the like reason: they can look alike.
func parseEmail(s string) (email, key string, err error) {
	m, err := address.Parse(s)
	if err != nil || len(s) > maxEmail || !m.IsASCII() || strings.HasPrefix(m.Domain, "[") || !strings.Contains(m.Domain, ".") {
		return "", "", fault.Field("email", "Enter a full e-mail address, like name@example.com.")
	}
	email = m.String()
	return email, strings.ToLower(email), nil
}
