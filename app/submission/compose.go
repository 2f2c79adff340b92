package submission

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"mime/quotedprintable"
	"net/textproto"
	"strings"
)

// alternatives writes text and HTML, those that there are, as one body with its content
// type: quoted-printable, so that any server takes it as it is.
func alternatives(text, html string) (contentType string, body []byte, err error) {
	var b bytes.Buffer
	parts := multipart.NewWriter(&b)
	for _, p := range []struct{ kind, text string }{{"text/plain", text}, {"text/html", html}} {
		if p.text == "" {
			continue
		}
		w, err := parts.CreatePart(textproto.MIMEHeader{"Content-Type": {p.kind + "; charset=utf-8"}, "Content-Transfer-Encoding": {"quoted-printable"}})
		if err != nil {
			return "", nil, fmt.Errorf("submission: compose: %w", err)
		}
		qp := quotedprintable.NewWriter(w)
		if _, err := qp.Write([]byte(crlf.Replace(p.text))); err != nil {
			return "", nil, fmt.Errorf("submission: compose: %w", err)
		}
		if err := qp.Close(); err != nil {
			return "", nil, fmt.Errorf("submission: compose: %w", err)
		}
	}
	if err := parts.Close(); err != nil {
		return "", nil, fmt.Errorf("submission: compose: %w", err)
	}
	return "multipart/alternative; boundary=" + parts.Boundary(), b.Bytes(), nil
}

// crlf gives lines the ends of mail, whatever they had.
var crlf = strings.NewReplacer("\r\n", "\r\n", "\r", "\r\n", "\n", "\r\n")
