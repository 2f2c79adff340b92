package web

import (
	"encoding/base64"
	"strings"

	"smtpserver/app/secret"
	"smtpserver/views/layout"
)

// setNote leaves a short text for the next page, in a cookie that only this server
// can write: nobody else puts words into our mouth.
func (r *request) setNote(cookie, text string) error {
	value := base64.RawURLEncoding.EncodeToString([]byte(text))
	mac, err := r.server.Box.MAC("cookie "+cookie, []byte(value))
	if err != nil {
		return err
	}
	r.setCookie(cookie, value+"."+mac, 0)
	return nil
}

// note returns the text of such a cookie, "" when there is none or it is not ours.
func (r *request) note(cookie string) string {
	value, mac, _ := strings.Cut(r.cookie(cookie), ".")
	if value == "" {
		return ""
	}
	want, err := r.server.Box.MAC("cookie "+cookie, []byte(value))
	if err != nil || !secret.Equal(mac, want) {
		return ""
	}
	text, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil {
		return ""
	}
	return string(text)
}

// flash tells the next page what this action did.
func (r *request) flash(tone layout.Tone, text string) error {
	return r.setNote(flashCookie, string(tone)+"|"+text)
}

// takeFlash returns the notice and forgets it; nil when there is none.
func (r *request) takeFlash() *layout.Flash {
	if r.cookie(flashCookie) == "" {
		return nil
	}
	tone, text, ok := strings.Cut(r.note(flashCookie), "|")
	r.setCookie(flashCookie, "", 0)
	if !ok {
		return nil
	}
	return &layout.Flash{Tone: layout.Tone(tone), Text: text}
}
