package message

import (
	"crypto/subtle"
	"strings"

	"smtpserver/app/id"
	"smtpserver/app/secret"
)

// tokenLength is how many hexadecimal digits of the MAC stand in a return path: 80
// bits, so that forged bounces cannot suppress anybody (W-04).
const tokenLength = 20

const returnPathPrefix = "b+"

// ReturnPathLocal is the local part that what comes back for a message is sent to.
func ReturnPathLocal(box *secret.Box, messageID id.ID) (string, error) {
	mac, err := box.MAC("return-path", []byte(messageID))
	if err != nil {
		return "", err
	}
	return returnPathPrefix + string(messageID) + "-" + mac[:tokenLength], nil
}

// OfReturnPath returns the message of a local part that we made; ok is false for any
// other. Servers may change the case of letters on the way, ours has none.
func OfReturnPath(box *secret.Box, local string) (messageID id.ID, ok bool) {
	rest, found := strings.CutPrefix(strings.ToLower(local), returnPathPrefix)
	name, _, dashed := strings.Cut(rest, "-")
	messageID, err := id.Parse(name)
	if !found || !dashed || err != nil {
		return "", false
	}
	want, err := ReturnPathLocal(box, messageID)
	if err != nil || subtle.ConstantTimeCompare([]byte(want), []byte(strings.ToLower(local))) != 1 {
		return "", false
	}
	return messageID, true
}
