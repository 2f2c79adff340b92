package web

import (
	"encoding/base64"
	"strings"

	"smtpserver/app/secret"
)

// flash is a short notice for the next page.
type flash struct{ Kind, Text string }

// Kinds of notices.
const (
	flashGood = "good"
	flashBad  = "bad"
)

// flash leaves a notice for the next page, in a cookie that only this server can
// write: nobody else puts words into our mouth.
func (r *request) flash(kind, text string) error {
	value := base64.RawURLEncoding.EncodeToString([]byte(kind + "|" + text))
	mac, err := r.server.Box.MAC("flash", []byte(value))
	if err != nil {
		return err
	}
	r.setCookie(flashCookie, value+"."+mac, 0)
	return nil
}

// takeFlash returns the notice and forgets it; the zero flash when there is none.
func (r *request) takeFlash() flash {
	cookie := r.cookie(flashCookie)
	if cookie == "" {
		return flash{}
	}
	r.setCookie(flashCookie, "", 0)
	value, mac, _ := strings.Cut(cookie, ".")
	want, err := r.server.Box.MAC("flash", []byte(value))
	if err != nil || !secret.Equal(mac, want) {
		return flash{}
	}
	text, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil {
		return flash{}
	}
	kind, text2, _ := strings.Cut(string(text), "|")
	return flash{Kind: kind, Text: text2}
}
