package layout

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// initials are the letters that stand for a name: the first of the first and the
// last word.
func initials(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	switch len(words) {
	case 0:
		return "?"
	case 1:
		return first(words[0])
	}
	return first(words[0]) + first(words[len(words)-1])
}

func first(word string) string {
	r, _ := utf8.DecodeRuneInString(word)
	return string(unicode.ToUpper(r))
}

// state is what stands under an account's name: "Growth · sending".
func (a Account) state() string {
	sending := a.Sending
	if sending == "" {
		sending = "sending"
	}
	if a.Plan == "" {
		return sending
	}
	return a.Plan + " · " + sending
}

func (b Banner) icon() string {
	switch b.Tone {
	case Good:
		return "circle-check"
	case Warn, Bad:
		return "triangle-alert"
	}
	return "file-text"
}

func (f Flash) icon() string {
	if f.Tone == Good || f.Tone == "" {
		return "circle-check"
	}
	return "circle-alert"
}

func (f Flash) tone() Tone {
	if f.Tone == "" {
		return Good
	}
	return f.Tone
}
