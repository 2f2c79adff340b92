package identity

import (
	"regexp"
	"strings"

	"smtpserver/app/fault"
)

// maxEmail is the longest address that fits into an SMTP path (RFC 5321 §4.5.3.1.3, erratum 1690).
const maxEmail = 254

var plausible = regexp.MustCompile(`^[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z0-9-]+$`)

// parseEmail returns the address as it is written to and shown, and the key it is
// found by. Upper and lower case are one address: no provider that matters tells
// them apart, and two users of one mailbox would be a way to take one over.
func parseEmail(s string) (email, key string, err error) {
	if len(s) > maxEmail || !plausible.MatchString(s) {
		return "", "", fault.Field("email", "Enter a full e-mail address, like name@example.com.")
	}
	return s, strings.ToLower(s), nil
}
