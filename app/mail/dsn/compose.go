package dsn

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"mime/quotedprintable"
	"strings"
	"time"

	"smtpserver/app/mail/address"
	"smtpserver/app/mail/header"
)

// Composed is a notification ready to be sent from the null reverse-path.
type Composed struct {
	Content []byte // lines end in CRLF
	// SMTPUTF8: the sender's address needs it. UTF-8 in the parts does not: they are
	// body, whose media types say what is in them (RFC 6532 §3.7, RFC 6533 §4).
	SMTPUTF8 bool
	EightBit bool // may only go with 8BITMIME
}

// Compose writes the notification.
func (m *Message) Compose() (*Composed, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	returned, whole := m.returned()
	out := &Composed{EightBit: !header.IsASCII(returned)}
	status := m.statusPart()
	global := !header.IsASCII(status)
	types := partTypes(global, whole, m.UTF8 && out.EightBit && !header.IsASCII(headerOf(returned)))
	boundary := boundaryFor(m.MessageID, returned)

	var b bytes.Buffer
	if err := m.writeHeader(&b, boundary, types.report); err != nil {
		return nil, err
	}
	writePart(&b, boundary, "text/plain; charset=utf-8", "quoted-printable", quoted(m.words()))
	writePart(&b, boundary, types.status, bits(status), status)
	writePart(&b, boundary, types.returned, bits(returned), returned)
	fmt.Fprintf(&b, "\r\n--%s--\r\n", boundary)

	out.Content = b.Bytes()
	out.SMTPUTF8 = !m.To.IsASCII()
	out.EightBit = out.EightBit || global || out.SMTPUTF8
	return out, nil
}

func (m *Message) writeHeader(b *bytes.Buffer, boundary, report string) error {
	s := &header.Section{}
	for _, f := range [][2]string{
		{"Date", m.Now.Format(time.RFC1123Z)},
		{"From", strings.TrimSpace(header.Phrase(m.From.Name) + " <" + m.From.String() + ">")},
		{"To", "<" + m.To.String() + ">"},
		{"Message-ID", "<" + m.MessageID + ">"},
		{"Auto-Submitted", "auto-replied"}, // RFC 3834 §5: a response to one message
		{"MIME-Version", "1.0"},
		{"Content-Type", fmt.Sprintf("multipart/report; report-type=%s; boundary=%q", report, boundary)},
	} {
		if err := s.Append(f[0], f[1]); err != nil {
			return fmt.Errorf("dsn: %s: %w", f[0], err)
		}
	}
	if err := s.AppendText("Subject", m.Subject(), false); err != nil {
		return fmt.Errorf("dsn: subject: %w", err)
	}
	if id := m.originalID(); id != "" { // so that mail programs show it with the message
		for _, name := range []string{"In-Reply-To", "References"} {
			if err := s.Append(name, id); err != nil {
				return fmt.Errorf("dsn: %s: %w", name, err)
			}
		}
	}
	b.Write(s.Bytes(nil))
	b.WriteString("This is a report about a message that you sent, in MIME format.\r\n")
	return nil
}

// originalID is the Message-ID of the original, when it is one.
func (m *Message) originalID() string {
	s, _, err := header.Parse(m.Original)
	if err != nil {
		return ""
	}
	f, _ := s.Get("Message-ID")
	id := f.Value()
	inner, ok := strings.CutPrefix(id, "<")
	if !ok || len(id) > 500 || !header.IsASCII([]byte(id)) || strings.IndexAny(inner, "<> \t") != len(inner)-1 {
		return ""
	}
	return id
}

// returned is the message or its header (RFC 3461 §4.3): the whole only to those who
// asked for it, about a failure, and when it is not too large.
func (m *Message) returned() (content []byte, whole bool) {
	if m.Full && m.has(Failed) && len(m.Original) <= MaxReturned {
		return m.Original, true
	}
	return headerOf(m.Original), false
}

// headerOf cuts a message after its header section.
func headerOf(message []byte) []byte {
	if bytes.HasPrefix(message, []byte("\r\n")) {
		return nil
	}
	if i := bytes.Index(message, []byte("\r\n\r\n")); i >= 0 {
		message = message[:i+2]
	}
	return message[:min(len(message), header.MaxOctets)]
}

// types are the media types of the parts (RFC 3464, RFC 6533 §4).
type types struct {
	report, status, returned string
}

func partTypes(globalStatus, whole, globalHeader bool) types {
	t := types{report: "delivery-status", status: "message/delivery-status", returned: "text/rfc822-headers"}
	if whole {
		t.returned = "message/rfc822"
	}
	if globalStatus {
		t.report, t.status = "global-delivery-status", "message/global-delivery-status"
	}
	if globalHeader {
		t.returned = "message/global-headers"
		if whole {
			t.returned = "message/global"
		}
	}
	return t
}

func writePart(b *bytes.Buffer, boundary, kind, encoding string, content []byte) {
	fmt.Fprintf(b, "\r\n--%s\r\nContent-Type: %s\r\nContent-Transfer-Encoding: %s\r\n\r\n", boundary, kind, encoding)
	b.Write(content)
}

func bits(content []byte) string {
	if header.IsASCII(content) {
		return "7bit"
	}
	return "8bit"
}

// boundaryFor finds a boundary that is not in the message that goes back. It is made
// from the Message-ID, so that the same notification is written the same way.
func boundaryFor(messageID string, returned []byte) string {
	seed := messageID
	for {
		sum := sha256.Sum256([]byte(seed))
		boundary := "report-" + hex.EncodeToString(sum[:12])
		if !bytes.Contains(returned, []byte(boundary)) {
			return boundary
		}
		seed = boundary
	}
}

func quoted(text string) []byte {
	var b bytes.Buffer
	w := quotedprintable.NewWriter(&b)
	_, _ = w.Write([]byte(text)) // a buffer takes all
	_ = w.Close()
	return b.Bytes()
}

// mailbox prints an address for people.
func mailbox(m address.Mailbox) string { return header.Visible(m.Unicode()) }
