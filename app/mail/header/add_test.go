package header

import (
	"errors"
	"mime"
	"net/mail"
	"strings"
	"testing"
)

// S-46: no value can start a new field.
func TestInjectionIsRefused(t *testing.T) {
	t.Parallel()
	for _, v := range []string{"a\r\nBcc: b", "a\nb", "a\rb", "a\x00b", "a\r\n", "a\r\n\r\n b"} {
		s := &Section{}
		for name, err := range map[string]error{"Append": s.Append("Subject", v), "Prepend": s.Prepend("Subject", v), "AppendText": s.AppendText("Subject", v, true)} {
			if !errors.Is(err, ErrMalformed) {
				t.Errorf("%s(%q): %v", name, v, err)
			}
		}
		for _, got := range []string{Encode(v), Phrase(v)} {
			if strings.ContainsAny(got, "\r\n\x00") {
				t.Errorf("%q became %q", v, got)
			}
		}
	}
	for _, name := range []string{"", "A B", "A:", "A\r\nB", "Ü"} {
		if err := (&Section{}).Append(name, "x"); !errors.Is(err, ErrMalformed) {
			t.Errorf("name %q: %v", name, err)
		}
	}
}

func TestAppendTextComesBack(t *testing.T) {
	t.Parallel()
	texts := []string{
		"", "plain", "Grüße", "a  b", " spaces around ", "=?utf-8?q?not_encoded?=", "日本語の件名", "emoji 👩‍👩‍👧‍👦 family",
		strings.Repeat("Grüße ", 60), strings.Repeat("日本語", 100), strings.Repeat("word ", 60), strings.Repeat("x", 2000), "tab\there", "a\u2028b",
	}
	for _, text := range texts {
		for _, smtputf8 := range []bool{false, true} {
			s := &Section{}
			if err := s.AppendText("Subject", text, smtputf8); err != nil {
				t.Errorf("%q: %v", text, err)
				continue
			}
			raw := string(s.Fields[0].Raw)
			if !smtputf8 && !IsASCII([]byte(raw)) {
				t.Errorf("%q became %q", text, raw)
			}
			for i, line := range strings.Split(strings.TrimSuffix(raw, "\r\n"), "\r\n") {
				if len(line) > foldAt && !smtputf8 || i > 0 && strings.TrimSpace(line) == "" {
					t.Errorf("%q: line %q of %d octets", text, line, len(line))
				}
				for _, word := range strings.Fields(line) {
					if strings.HasPrefix(word, "=?") && len(word) > wordMax {
						t.Errorf("encoded word of %d octets", len(word))
					}
				}
			}
			value := strings.ReplaceAll(strings.TrimSuffix(strings.TrimPrefix(raw, "Subject: "), "\r\n"), "\r\n", "")
			if got, err := new(mime.WordDecoder).DecodeHeader(value); err != nil || got != text {
				t.Errorf("%q came back as %q, %v", text, got, err)
			}
		}
	}
}

func TestPhraseIsReadByOthers(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Ann Example", `Ann "the" Ex\ample`, "Example, Inc.", "Müller & Söhne", strings.Repeat("Ünïcode ", 20) + "x", "=?x?q?y?=", "a@b.example"} {
		a, err := mail.ParseAddress(strings.ReplaceAll(Phrase(name), "\r\n", "") + " <a@x.example>")
		if err != nil || a.Name != name || a.Address != "a@x.example" {
			t.Errorf("%q became %q: %+v, %v", name, Phrase(name), a, err)
		}
	}
}

func TestAppendFolds(t *testing.T) {
	t.Parallel()
	s := &Section{}
	value := "<" + strings.Repeat("a", 100) + "> " + strings.Repeat("<id@x.example> ", 30) + "end"
	if err := s.Append("References", value); err != nil {
		t.Fatal(err)
	}
	if got := s.Fields[0].Value(); got != value {
		t.Errorf("came back as %q", got)
	}
	if n := longestLine(s.Fields[0].Raw); n > 114 {
		t.Errorf("line of %d octets", n)
	}
	var e *Error
	if err := s.Append("X-Long", strings.Repeat("a", 1000)); !errors.As(err, &e) || e.Rule != LongLine {
		t.Errorf("a word of 1,000 octets: %v", err)
	}
}

func FuzzAppendText(f *testing.F) {
	f.Add("Subject", "Grüße", false)
	f.Fuzz(func(t *testing.T, name, text string, smtputf8 bool) {
		s := &Section{}
		if s.AppendText(name, text, smtputf8) != nil {
			return
		}
		parsed, body, err := Parse(s.Bytes([]byte("b")))
		if err != nil || string(body) != "b" || len(parsed.Fields) != 1 || !strings.EqualFold(parsed.Fields[0].Name, name) {
			t.Fatalf("%q %q: %+v, %v", name, text, parsed, err)
		}
	})
}
