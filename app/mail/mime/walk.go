package mime

import (
	"bytes"
	"io"
	"mime"
	"strings"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/textproto"

	"smtpserver/app/mail/header"
)

// walker goes through the parts of one message.
type walker struct {
	view  View
	parts int
	work  int // octets that may still be searched for boundaries
}

// entity shows a message or part.
func (w *walker) entity(h textproto.Header, body []byte, depth int) {
	if w.parts++; w.parts > MaxParts || depth > MaxDepth {
		w.view.Truncated = true
		return
	}
	kind, params := parameters(h.Get("Content-Type"))
	if strings.HasPrefix(kind, "multipart/") && params["boundary"] != "" {
		w.multipart(body, params["boundary"], depth)
		return
	}
	if kind == "" {
		kind = "text/plain" // RFC 2045 §5.2
	}
	w.leaf(h, body, kind, params)
}

func (w *walker) multipart(body []byte, boundary string, depth int) {
	if w.work -= len(body); w.work < 0 {
		w.view.Truncated = true
		return
	}
	for part := range header.Parts(body, boundary) {
		if w.parts >= MaxParts {
			w.view.Truncated = true
			return
		}
		h, inner := w.split(part)
		w.entity(h, inner, depth+1)
	}
}

// leaf takes a part as text of the message or as an attachment.
func (w *walker) leaf(h textproto.Header, body []byte, kind string, params map[string]string) {
	disposition, dispositionParams := parameters(h.Get("Content-Disposition"))
	name := dispositionParams["filename"]
	if name == "" {
		name = params["name"]
	}
	content := w.decoded(h.Get("Content-Transfer-Encoding"), body)
	inline := name == "" && disposition != "attachment"
	switch {
	case inline && kind == "text/plain":
		w.addText(w.text(content, params["charset"]))
	case inline && kind == "text/html" && w.view.HTML == "":
		w.view.HTML = w.text(content, params["charset"])
	default:
		size, err := io.Copy(io.Discard, content)
		if err != nil {
			w.view.Truncated = true
		}
		w.view.Attachments = append(w.view.Attachments, Attachment{baseName(name), kind, size})
	}
}

// decoded undoes the transfer encoding. One that nobody knows is shown as it is.
func (w *walker) decoded(encoding string, body []byte) io.Reader {
	if len(encoding) > maxValue {
		encoding = ""
	}
	// Only the encoding: character sets are ours to decode, see text.
	var only message.Header
	only.Set("Content-Type", "application/octet-stream")
	only.Set("Content-Transfer-Encoding", strings.TrimSpace(encoding))
	e, err := message.New(only, bytes.NewReader(body))
	if err != nil {
		w.view.Truncated = true
	}
	return e.Body
}

// parameters reads a media type or disposition (RFC 2045 §5.1, RFC 2231). Of a
// malformed one the type stays.
func parameters(value string) (kind string, params map[string]string) {
	if len(value) > maxValue {
		return "", nil
	}
	kind, params, err := mime.ParseMediaType(value)
	if err != nil {
		before, _, _ := strings.Cut(value, ";")
		kind = strings.ToLower(strings.TrimSpace(before))
	}
	return short(header.Visible(kind)), params
}

// baseName makes a file name fit for showing.
func baseName(name string) string {
	name = header.Decode(name)
	return short(strings.TrimSpace(name[strings.LastIndexAny(name, `/\`)+1:]))
}

const maxName = 200

// short cuts a name that nobody would read to its end.
func short(s string) string {
	if len(s) <= maxName {
		return s
	}
	return strings.ToValidUTF8(s[:maxName], "") + "…"
}
