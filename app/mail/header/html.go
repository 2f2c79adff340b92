package header

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/quotedprintable"
	"slices"
	"strings"
)

// RewriteHTML hands the HTML parts of a message to rewrite and returns the body with what
// that made of them. Everything else stays octet by octet: attachments, attached messages,
// what is signed or encrypted (RFC 1847 §2.1), parts that it cannot read. Their octets are
// ASCII or an extension of it; rewrite must add ASCII only. It changes s only together with
// the body.
func RewriteHTML(s *Section, body []byte, rewrite func(html []byte) []byte) []byte {
	work := &Section{Fields: slices.Clone(s.Fields)}
	out, changed := rewriteEntity(work, body, rewrite, 0)
	if !changed {
		return body
	}
	s.Fields = work.Fields
	return out
}

func rewriteEntity(s *Section, body []byte, rewrite func([]byte) []byte, depth int) (out []byte, changed bool) {
	contentType, _ := s.Get("Content-Type")
	media, params, err := mime.ParseMediaType(contentType.Value())
	switch {
	case err != nil || depth > maxNesting:
	case media == "multipart/signed" || media == "multipart/encrypted" || media == "multipart/digest":
	case strings.HasPrefix(media, "multipart/") && params["boundary"] != "":
		return rewriteParts(body, params["boundary"], rewrite, depth)
	case media == "text/html" && extendsASCII(params["charset"]) && !isAttachment(s):
		return rewriteLeaf(s, body, rewrite)
	}
	return body, false
}

func isAttachment(s *Section) bool {
	f, _ := s.Get("Content-Disposition")
	kind, _, _ := strings.Cut(f.Value(), ";")
	return strings.EqualFold(strings.TrimSpace(kind), "attachment")
}

// extendsASCII reports whether the octets of ASCII mean the same in a character set.
func extendsASCII(charset string) bool {
	charset = strings.ToLower(charset)
	for _, prefix := range []string{"utf-8", "us-ascii", "ascii", "iso-8859-", "iso_8859-", "windows-125", "cp125", "latin", "koi8-"} {
		if charset == "" || strings.HasPrefix(charset, prefix) {
			return true
		}
	}
	return false
}

func rewriteParts(body []byte, boundary string, rewrite func([]byte) []byte, depth int) (out []byte, changed bool) {
	inside := false
	for content, delimiter := range segments(body, boundary) {
		if inside {
			if s, inner, err := Parse(content); err == nil {
				if inner, ok := rewriteEntity(s, inner, rewrite, depth+1); ok {
					content, changed = s.Bytes(inner), true
				}
			}
		}
		out = append(append(out, content...), delimiter...)
		inside = !isLast(delimiter, boundary)
	}
	return out, changed
}

func rewriteLeaf(s *Section, body []byte, rewrite func([]byte) []byte) (out []byte, changed bool) {
	f, _ := s.Get("Content-Transfer-Encoding")
	encoding := strings.ToLower(f.Value())
	plain := body
	var err error
	switch encoding {
	case "", "7bit", "8bit", "binary":
	case "quoted-printable":
		plain, err = io.ReadAll(quotedprintable.NewReader(bytes.NewReader(body)))
	case "base64":
		plain, err = io.ReadAll(base64.NewDecoder(base64.StdEncoding, bytes.NewReader(body)))
	default:
		return body, false
	}
	if err != nil {
		return body, false
	}
	made := rewrite(plain)
	switch {
	case bytes.Equal(made, plain):
		return body, false
	case encoding == "base64":
		return lines64(made), true
	case encoding != "quoted-printable" && longestLine(made) <= MaxLine:
		return made, true
	}
	s.set("Content-Transfer-Encoding", "quoted-printable")
	var b bytes.Buffer
	w := quotedprintable.NewWriter(&b)
	if _, err := w.Write(made); err != nil {
		return body, false
	}
	if err := w.Close(); err != nil {
		return body, false
	}
	return b.Bytes(), true
}

// lines64 is base64 in lines of 76 characters (RFC 2045 §6.8).
func lines64(b []byte) (out []byte) {
	for line := range slices.Chunk(b, 57) {
		out = append(base64.StdEncoding.AppendEncode(out, line), '\r', '\n')
	}
	return out
}
