package dsn

import (
	"bytes"
	"strings"
	"time"

	"smtpserver/app/mail/header"
)

// statusPart writes the fields for programs: a block about the message, then one for
// each recipient (RFC 3464 §2).
func (m *Message) statusPart() []byte {
	var b bytes.Buffer
	if m.EnvelopeID != "" {
		m.field(&b, "Original-Envelope-Id", m.EnvelopeID)
	}
	m.field(&b, "Reporting-MTA", "dns; "+m.ReportingMTA)
	if !m.Arrival.IsZero() {
		m.field(&b, "Arrival-Date", m.Arrival.Format(time.RFC1123Z))
	}
	for i := range m.Recipients {
		b.WriteString("\r\n")
		m.recipient(&b, &m.Recipients[i])
	}
	return b.Bytes()
}

// recipient writes the fields of one recipient in the order of RFC 3464 §2.3.
func (m *Message) recipient(b *bytes.Buffer, r *Recipient) {
	if r.OriginalKind != "" && r.Original != "" {
		m.field(b, "Original-Recipient", m.typed(r.OriginalKind, r.Original))
	}
	m.field(b, "Final-Recipient", m.typed("rfc822", r.Final.String()))
	m.field(b, "Action", string(r.Action))
	m.field(b, "Status", r.status())
	if r.RemoteMTA != "" {
		m.field(b, "Remote-MTA", "dns; "+r.RemoteMTA)
	}
	if r.Reply != "" {
		m.field(b, "Diagnostic-Code", "smtp; "+r.Reply)
	}
	if !r.LastTry.IsZero() {
		m.field(b, "Last-Attempt-Date", r.LastTry.Format(time.RFC1123Z))
	}
	if r.Action == Delayed && !r.RetryUntil.IsZero() {
		m.field(b, "Will-Retry-Until", r.RetryUntil.Format(time.RFC1123Z))
	}
}

// typed writes an address with its type. One that needs UTF-8 has the type utf-8,
// and stands in ASCII where the notification must (RFC 6533 §3).
func (m *Message) typed(kind, address string) string {
	if header.IsASCII([]byte(address)) {
		return kind + "; " + address
	}
	if !m.UTF8 {
		address = EncodeUnitext(address)
	}
	return "utf-8; " + address
}

// maxField keeps lines below 998 octets (RFC 5322 §2.1.1); servers talk a lot.
const maxField = 900

// field writes one line. Nothing in a value can end it: half of them are what
// strangers said.
func (m *Message) field(b *bytes.Buffer, name, value string) {
	value = header.Visible(value)
	if !m.UTF8 {
		value = strings.Map(func(r rune) rune {
			if r >= 0x80 {
				return '?'
			}
			return r
		}, value)
	}
	if len(value) > maxField {
		value = strings.ToValidUTF8(value[:maxField], "")
	}
	b.WriteString(name + ": " + strings.TrimSpace(value) + "\r\n")
}
