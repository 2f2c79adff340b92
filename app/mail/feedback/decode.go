package feedback

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/quotedprintable"
	"strings"

	view "smtpserver/app/mail/mime"
)

// maxLeaf bounds how much of one part is decoded.
const maxLeaf = 512 << 10

// mediaType reads a Content-Type. Of a malformed one the type stays, and the
// boundary if it can be found.
func mediaType(value string) (kind string, params map[string]string) {
	kind, params, err := mime.ParseMediaType(value)
	if err == nil {
		return kind, params
	}
	before, after, _ := strings.Cut(value, ";")
	kind = strings.ToLower(strings.TrimSpace(before))
	lower := strings.ToLower(after)
	if i := strings.Index(lower, "boundary="); i >= 0 && len(lower) == len(after) {
		b := strings.Trim(after[i+len("boundary="):], " \t")
		if quoted, ok := strings.CutPrefix(b, `"`); ok {
			b, _, _ = strings.Cut(quoted, `"`)
		} else if end := strings.IndexAny(b, "; \t"); end >= 0 {
			b = b[:end]
		}
		params = map[string]string{"boundary": b}
	}
	return kind, params
}

// decoded undoes a transfer encoding as far as it goes: half a report is better
// than none.
func decoded(encoding string, body []byte) []byte {
	body = body[:min(len(body), maxLeaf)]
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "base64":
		body = bytes.Map(func(r rune) rune {
			switch {
			case 'A' <= r && r <= 'Z', 'a' <= r && r <= 'z', '0' <= r && r <= '9', r == '+', r == '/':
				return r
			}
			return -1
		}, body)
		out := make([]byte, base64.RawStdEncoding.DecodedLen(len(body)))
		n, _ := base64.RawStdEncoding.Decode(out, body) // n octets are good, whatever the error
		return out[:n]
	case "quoted-printable":
		out, _ := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(body))) // likewise
		return out
	}
	return body
}

// readable shows a text part, header and all, as plain UTF-8 with LF.
func readable(part []byte) string {
	v := view.Read(part[:min(len(part), maxLeaf)])
	text := v.Text
	if strings.TrimSpace(text) == "" {
		text = withoutTags(v.HTML)
	}
	if len(text) > MaxText {
		text = strings.ToValidUTF8(text[:MaxText], "")
	}
	return text
}

// entities are those that the HTML of bounces needs. "&amp;" is last.
var entities = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&quot;", `"`, "&#39;", "'", "&nbsp;", " ", "&#64;", "@", "&amp;", "&")

// withoutTags makes HTML readable enough to find addresses and phrases in it.
func withoutTags(html string) string {
	html = html[:min(len(html), maxLeaf)]
	var b strings.Builder
	for html != "" {
		before, rest, found := strings.Cut(html, "<")
		b.WriteString(strings.Join(strings.Fields(before), " "))
		if !found {
			break
		}
		tag, after, closed := strings.Cut(rest, ">")
		if !closed {
			break
		}
		b.WriteString(gap(strings.ToLower(tag)))
		html = after
	}
	return entities.Replace(b.String())
}

// gap is what a tag leaves between the words around it.
func gap(tag string) string {
	for _, block := range []string{"br", "p", "/p", "div", "/div", "tr", "/tr", "li", "h1", "h2", "h3", "/h", "table", "pre"} {
		if rest, ok := strings.CutPrefix(tag, block); ok && (rest == "" || !('a' <= rest[0] && rest[0] <= 'z')) {
			return "\n"
		}
	}
	return " "
}
