package message

import (
	"strings"

	"smtpserver/app/id"
	"smtpserver/app/secret"
)

// tokenLength is how many hexadecimal digits of the MAC stand in a return path: 80
// bits, so that forged bounces cannot suppress anybody (W-04).
const tokenLength = 20

const (
	returnPathPrefix = "b+"
	returnPath       = "return-path" // the purpose of its key
)

// ReturnPathLocal is the local part that what comes back for a message is sent to.
func ReturnPathLocal(box *secret.Box, messageID id.ID) (string, error) {
	mac, err := box.MAC(returnPath, []byte(messageID))
	if err != nil {
		return "", err
	}
	return returnPathPrefix + string(messageID) + "-" + mac[:tokenLength], nil
}

// OfReturnPath returns the message of a local part that we made; ok is false for any
// other. Servers may change the case of letters on the way, ours has none.
func OfReturnPath(box *secret.Box, local string) (messageID id.ID, ok bool) {
	rest, found := strings.CutPrefix(strings.ToLower(local), returnPathPrefix)
	name, token, dashed := strings.Cut(rest, "-")
	messageID, err := id.Parse(name)
	if !found || !dashed || err != nil || len(token) != tokenLength {
		return "", false
	}
	ours, err := box.Authentic(returnPath, []byte(messageID), token)
	if err != nil || !ours {
		return "", false
	}
	return messageID, true
}
