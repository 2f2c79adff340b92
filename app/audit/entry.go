package audit

import (
	"fmt"
	"maps"
	"strings"

	"smtpserver/app/id"
)

// Action is what was done, as noun.verb in the past tense: "domain.added". Each
// domain package names its own.
type Action string

// Topic is the noun.
func (a Action) Topic() string {
	topic, _, _ := strings.Cut(string(a), ".")
	return topic
}

// Words is the action as a person reads it: "Domain added".
func (a Action) Words() string {
	text := strings.NewReplacer(".", " ", "_", " ").Replace(string(a))
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// Values are the properties of a thing that an event tells, each a short text.
type Values map[string]string

// Entry is what the caller knows of an event.
type Entry struct {
	Action Action
	Object Object
	Before Values // what it was, without secrets; see Changed
	After  Values
}

// Object is the thing it was done to.
type Object struct {
	ID   id.ID
	Name string // as a person knows it, e.g. "example.com"
}

// Changed keeps of two sets of values what differs.
func Changed(before, after Values) (Values, Values) {
	was, is := maps.Clone(before), maps.Clone(after)
	for name, value := range before {
		if now, ok := after[name]; ok && now == value {
			delete(was, name)
			delete(is, name)
		}
	}
	return was, is
}

// secretNames are parts of names that no value may carry.
var secretNames = []string{"password", "secret", "token", "hash", "private", "csrf", "cookie", "totp", "recovery"}

const maxValue = 500

// check refuses what must not be stored, and cuts what is too long to read.
func (v Values) check() (Values, error) {
	out := make(Values, len(v))
	for name, value := range v {
		for _, bad := range secretNames {
			if strings.Contains(strings.ToLower(name), bad) {
				return nil, fmt.Errorf("audit: a value named %q has no place in an audit event", name)
			}
		}
		out[name] = clip(value, maxValue)
	}
	return out, nil
}

// clip bounds a text without cutting a character.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// MaskEmail keeps of a recipient's address what tells it apart for who knows it. An
// event cannot be changed, so it must not hold what that person may have erased.
func MaskEmail(address string) string {
	local, domain, ok := strings.Cut(address, "@")
	if !ok || local == "" {
		return address
	}
	first := []rune(local)[:1]
	return string(first) + "…@" + domain
}
