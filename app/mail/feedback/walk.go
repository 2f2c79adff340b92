package feedback

import (
	"bytes"
	"strings"

	"smtpserver/app/mail/header"
)

// maxWork bounds the octets searched for boundaries, of all parts together: parts
// in parts are searched once per level.
const maxWork = 4 * MaxOctets

// found is what the walk collects.
type found struct {
	top         Header
	topType     string
	status      []byte // content of the first message/delivery-status
	feedback    []byte // of the first message/feedback-report
	disposition []byte // of the first message/disposition-notification
	original    Header // of the first returned message
	text        strings.Builder

	parts int
	work  int
	cut   bool
}

func walk(raw []byte) *found {
	f := &found{work: maxWork}
	if len(raw) > MaxOctets {
		raw, f.cut = raw[:MaxOctets], true
	}
	fields, body, cut := takeFields(raw)
	f.cut = f.cut || cut
	f.top = toHeader(fields)
	f.topType, _ = mediaType(f.top.Get("Content-Type"))
	f.entity(f.top, raw, body, 0)
	return f
}

// entity looks at a message or part: whole is header and body, as it came.
func (f *found) entity(h Header, whole, body []byte, depth int) {
	if f.parts++; f.parts > MaxParts || depth > MaxDepth {
		f.cut = true
		return
	}
	kind, params := mediaType(h.Get("Content-Type"))
	switch {
	case strings.HasPrefix(kind, "multipart/") && params["boundary"] != "":
		f.multipart(body, params["boundary"], depth)
	case kind == "message/delivery-status", kind == "message/global-delivery-status":
		first(&f.status, h, body)
	case kind == "message/feedback-report":
		first(&f.feedback, h, body)
	case kind == "message/disposition-notification", kind == "message/global-disposition-notification":
		first(&f.disposition, h, body)
	case kind == "message/rfc822", kind == "message/global",
		kind == "text/rfc822-headers", kind == "message/global-headers", kind == "message/rfc822-headers":
		f.returned(h, body, depth)
	case kind == "", strings.HasPrefix(kind, "text/"):
		f.addText(whole)
	}
}

func (f *found) multipart(body []byte, boundary string, depth int) {
	if f.work -= len(body); f.work < 0 {
		f.cut = true
		return
	}
	for part := range header.Parts(body, boundary) {
		if f.parts >= MaxParts {
			f.cut = true
			return
		}
		fields, inner, cut := takeFields(part)
		f.cut = f.cut || cut
		f.entity(toHeader(fields), part, inner, depth+1)
	}
}

// first keeps the content of the first part of its kind: a second one belongs to a
// message inside, or to nobody.
func first(slot *[]byte, h Header, body []byte) {
	if *slot == nil {
		*slot = append([]byte{}, decoded(h.Get("Content-Transfer-Encoding"), body)...)
	}
}

// returned reads the header of the message that came back. Some programs wrap the
// report itself into a message; then the report is inside.
func (f *found) returned(h Header, body []byte, depth int) {
	content := decoded(h.Get("Content-Transfer-Encoding"), body)
	content = bytes.TrimLeft(content, "\r\n")
	fields, inner, cut := takeFields(content)
	f.cut = f.cut || cut
	if len(fields) == 0 {
		return
	}
	returned := toHeader(fields)
	if kind, _ := mediaType(returned.Get("Content-Type")); kind == "multipart/report" && f.status == nil && f.feedback == nil && f.topType != "multipart/report" {
		f.entity(returned, content, inner, depth+1)
		return
	}
	if f.original == nil {
		f.original = returned
	}
}

// addText takes what the report says to people: its first text parts.
func (f *found) addText(whole []byte) {
	room := MaxText - f.text.Len()
	if room <= 0 || f.original != nil && f.text.Len() > 0 {
		return
	}
	text := readable(whole)
	if f.text.Len() > 0 && text != "" {
		f.text.WriteString("\n")
	}
	f.text.WriteString(strings.ToValidUTF8(text[:min(len(text), max(room-1, 0))], ""))
}
