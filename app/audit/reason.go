package audit

import (
	"strings"

	"smtpserver/app/fault"
)

const maxReason = 300

// CheckReason tidies why somebody of staff does something. Without a reason ask is said.
func CheckReason(typed, ask string) (string, error) {
	reason := strings.Join(strings.Fields(typed), " ")
	switch {
	case reason == "":
		return "", fault.Field("reason", ask)
	case len(reason) > maxReason:
		return "", fault.Field("reason", "At most 300 characters, please.")
	}
	return reason, nil
}
