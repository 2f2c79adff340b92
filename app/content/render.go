package content

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"smtpserver/app/content/liquid"
	"smtpserver/app/content/plain"
	"smtpserver/app/fault"
)

// fieldPrefix begins the names of the account's own fields.
const fieldPrefix = "fields."

// maxValue is how much of one value a mail shows.
const maxValue = 16 << 10

// Names is the fields that every person has, for those who write.
func Names() []string {
	return []string{"name", "first_name", "email", "company", "language", "sender", "sender_address", "unsubscribe_url", "preferences_url", "view_url"}
}

// known says which names a template may ask for.
func known(name string) bool {
	key, own := strings.CutPrefix(name, fieldPrefix)
	if own {
		return key != "" && len(key) <= 40 && !strings.Contains(key, ".")
	}
	_, ok := Person{}.builtIn(name)
	return ok
}

func (p Person) builtIn(name string) (string, bool) {
	switch name {
	case "name":
		return p.Name, true
	case "first_name":
		first, _, _ := strings.Cut(strings.TrimSpace(p.Name), " ")
		return first, true
	case "email":
		return p.Email, true
	case "company":
		return p.Company, true
	case "language":
		return p.Language, true
	case "sender":
		return p.Sender, true
	case "sender_address":
		return p.SenderAddress, true
	case "unsubscribe_url":
		return p.UnsubscribeURL, true
	case "preferences_url":
		return p.PreferencesURL, true
	case "view_url":
		return p.ViewURL, true
	}
	return "", false
}

// data is all that a template can reach.
func (p Person) data() liquid.Data {
	return func(name string) string {
		if key, ok := strings.CutPrefix(name, fieldPrefix); ok {
			return clean(p.Fields[key])
		}
		v, _ := p.builtIn(name)
		return clean(v)
	}
}

// clean takes out what a reader cannot see and what turns the text around it: control
// characters and marks of direction, that have tricked readers and programs alike.
func clean(s string) string {
	if len(s) > maxValue {
		s = s[:maxValue]
	}
	if simple(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0xfeff, r == utf8.RuneError:
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

func simple(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// Render makes the mail of one person.
func (c *Compiled) Render(p Person) (out Rendered, err error) {
	data := p.data()
	if out.Subject, err = c.subject.Render(data, MaxOutput); err == nil {
		out.Subject = shortened(oneLine(out.Subject))
		out.HTML, err = c.html.Render(data, MaxOutput)
	}
	if err == nil {
		out.Text, err = c.text.Render(data, MaxOutput)
		out.Text = plain.Tidy(out.Text)
	}
	if err != nil {
		return Rendered{}, fault.Wrap(fault.Invalid, whyNot(err), fmt.Errorf("content: render: %w", err))
	}
	return out, nil
}

// shortened cuts a subject that a long value made longer than anybody reads.
func shortened(s string) string {
	if len(s) <= MaxSubject {
		return s
	}
	if r := []rune(s); len(r) > MaxSubject {
		return strings.TrimSpace(string(r[:MaxSubject-1])) + "…"
	}
	return s
}

// oneLine makes what goes into a header field one line of it.
func oneLine(s string) string {
	if simple(s) && !strings.Contains(s, "  ") {
		return strings.TrimSpace(s)
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return r == ' ' || unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
	}), " ")
}
