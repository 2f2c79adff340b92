package smtpclient

import (
	"encoding/base64"
	"slices"
	"strings"

	"smtpserver/app/mail/reply"
)

// Auth signs in with PLAIN, or LOGIN where only that is offered, and only under TLS
// with a valid certificate (RFC 4954 §4). The transcript of Dial shows no secret,
// even when the server repeats it.
func (c *Conn) Auth(username, password string) error {
	if !c.tls.Verified {
		return ErrUnverified
	}
	mechanisms := strings.Fields(strings.ToUpper(c.extensions["AUTH"]))
	plainText := encode("\x00" + username + "\x00" + password)
	steps := []string{"AUTH PLAIN " + plainText}
	switch {
	case slices.Contains(mechanisms, "PLAIN"):
	case slices.Contains(mechanisms, "LOGIN"):
		steps = []string{"AUTH LOGIN", encode(username), encode(password)}
	default:
		return ErrNoAuth
	}
	c.transcript.hide(password, plainText, encode(password), encode(username))
	var r *reply.Reply
	for i, step := range steps {
		var err error
		if r, err = c.secretCommand(step, masked(step)); err != nil {
			return err
		}
		if r.Code != 334 && i < len(steps)-1 {
			break
		}
	}
	if r.Code != 235 {
		return &RefusedError{r}
	}
	return nil
}

func encode(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func masked(step string) string {
	if mechanism, ok := strings.CutPrefix(step, "AUTH "); ok {
		mechanism, _, _ = strings.Cut(mechanism, " ")
		return "AUTH " + mechanism + " ***"
	}
	return "***"
}
