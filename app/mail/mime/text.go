package mime

import (
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
)

// text reads a text part as UTF-8, up to MaxText octets of either form.
func (w *walker) text(content io.Reader, charset string) string {
	raw, err := io.ReadAll(io.LimitReader(content, MaxText+1))
	if err != nil || len(raw) > MaxText {
		w.view.Truncated = true
		raw = raw[:min(len(raw), MaxText)]
	}
	text := string(raw)
	if e := decoderOf(charset, raw); e != nil {
		if decoded, err := e.NewDecoder().Bytes(raw); err == nil {
			text = string(decoded)
		}
	}
	if len(text) > MaxText {
		w.view.Truncated = true
		text = text[:MaxText]
	}
	return strings.ToValidUTF8(text, "\uFFFD")
}

// decoderOf chooses how to read octets; nil means as UTF-8. Where the label is
// missing or unknown, what is not UTF-8 is read as most such mail is meant.
func decoderOf(charset string, raw []byte) encoding.Encoding {
	if charset != "" {
		if e, err := htmlindex.Get(charset); err == nil {
			return e
		}
	}
	if utf8.Valid(raw) || len(raw) == MaxText {
		return nil
	}
	return charmap.Windows1252
}

// addText appends one more text part: mailing lists add their footers so.
func (w *walker) addText(text string) {
	if len(w.view.Text) >= MaxText {
		w.view.Truncated = w.view.Truncated || text != ""
		return
	}
	text = readable(text)
	if w.view.Text != "" && text != "" {
		w.view.Text = strings.TrimRight(w.view.Text, "\n") + "\n\n"
	}
	if room := MaxText - len(w.view.Text); len(text) > room {
		w.view.Truncated = true
		text = strings.ToValidUTF8(text[:max(room, 0)], "")
	}
	w.view.Text += text
}

// readable ends lines in LF and drops controls.
func readable(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r':
			return '\n'
		case r < ' ' || 0x7f <= r && r < 0xa0:
			return -1
		}
		return r
	}, text)
}
