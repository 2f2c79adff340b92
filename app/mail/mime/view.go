package mime

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/emersion/go-message/textproto"

	"smtpserver/app/mail/header"
)

// Bounds of a view. A message that exceeds one is shown as far as it goes.
const (
	MaxDepth  = 100
	MaxParts  = 1000
	MaxText   = 1 << 20   // octets shown of the text, and of the HTML
	MaxFields = 1000      // header fields shown
	maxHeader = 256 << 10 // octets read of the header of a message or part
	maxValue  = 16 << 10  // octets of a field that steers the reading
)

// View is a message, ready to be shown.
type View struct {
	Fields      []Field // the header, decoded, in order
	Text        string  // the text parts, UTF-8, lines end in LF; "" without one
	HTML        string  // the HTML part, UTF-8, as it came: show it in a sandbox only
	Attachments []Attachment
	Truncated   bool // there is more in the message: it was malformed, or a bound was reached
}

// Field is one header field, decoded for reading.
type Field struct{ Name, Value string }

// Attachment is a part that is not the text of the message.
type Attachment struct {
	Name string // without folders; "" when it has none
	Type string // media type, lower case
	Size int64  // decoded octets
}

// Read makes the view of a message. It never fails: what cannot be read is left
// out, and Truncated says so.
func Read(content []byte) View {
	// Every level of nesting reads its part once more.
	w := &walker{work: 3*len(content) + 1<<20}
	h, body := w.split(content)
	for f := h.Fields(); f.Next(); {
		if len(w.view.Fields) == MaxFields {
			w.view.Truncated = true
			break
		}
		w.view.Fields = append(w.view.Fields, Field{spelling(f), header.Decode(f.Value())})
	}
	w.entity(h, body, 0)
	return w.view
}

// spelling returns the name of a field as it stands in the message.
func spelling(f textproto.HeaderFields) string {
	raw, err := f.Raw()
	if name, _, ok := bytes.Cut(raw, []byte(":")); ok && err == nil {
		return header.Visible(string(bytes.TrimSpace(name)))
	}
	return header.Visible(f.Key())
}

// split reads the header of a message or part, as far as it is well-formed, and
// finds its body behind the first empty line.
func (w *walker) split(content []byte) (textproto.Header, []byte) {
	head, body := content, []byte(nil)
	for at := 0; at < len(content) && at <= maxHeader; {
		n := bytes.IndexByte(content[at:], '\n')
		if n < 0 {
			break
		}
		if n == 0 || n == 1 && content[at] == '\r' {
			head, body = content[:at], content[at+n+1:]
			break
		}
		at += n + 1
	}
	if len(head) > maxHeader {
		head = head[:maxHeader]
		w.view.Truncated = true
	}
	h, err := textproto.ReadHeader(bufio.NewReader(bytes.NewReader(head)))
	if err != nil && !errors.Is(err, io.EOF) {
		w.view.Truncated = true
	}
	return h, body
}
