package header

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// SteeringPrefix begins the fields by which a client steers a message. They are
// read and removed before sending.
const SteeringPrefix = "X-SMTPServer-"

// Steering is what a client asked for in X-SMTPServer-… fields.
type Steering struct {
	Stream         string // "transactional", "broadcast" or ""
	Tag            string
	Metadata       map[string]string // nil without any
	Track          string            // "opens,clicks", "opens", "clicks", "none" or ""
	IdempotencyKey string
	SendAt         time.Time // UTC; zero: at once
	Expires        time.Time // UTC; zero: when the usual time is over
}

// Bounds of steering values, in octets.
const (
	maxTag      = 64
	maxMetadata = 20 // pairs
	maxKey      = 64
	maxSteering = 255
)

// Steer reads the steering fields. An unknown, repeated or ill-formed one is an
// error: a misspelt wish must not be ignored silently. A length of time is counted from
// now, or from Send-At.
func (s *Section) Steer(now time.Time) (Steering, error) {
	var st Steering
	var life time.Duration
	var seen []string
	for _, f := range s.Fields {
		if !hasPrefixFold(f.Name, SteeringPrefix) {
			continue
		}
		name, value := strings.ToLower(f.Name[len(SteeringPrefix):]), Decode(f.Value())
		var problem string
		switch {
		case name != "metadata" && slices.Contains(seen, name):
			problem = "stands more than once"
		case value == "":
			problem = "is empty"
		case len(value) > maxSteering:
			problem = "is longer than " + strconv.Itoa(maxSteering) + " octets"
		default:
			problem = st.set(name, value, &life)
		}
		if problem != "" {
			return Steering{}, &Error{BadWish, f.show() + " " + problem, ""}
		}
		seen = append(seen, name)
	}
	if life > 0 { // counted from when it is to be sent, wherever that field stands
		st.Expires = now.UTC().Add(life)
		if st.SendAt.After(now) {
			st.Expires = st.SendAt.Add(life)
		}
	}
	return st, nil
}

// set takes one wish; what it returns is what is wrong with it. A length of time to
// live in goes into life.
func (st *Steering) set(name, value string, life *time.Duration) (problem string) {
	switch name {
	case "stream":
		st.Stream = strings.ToLower(value)
		if st.Stream != "transactional" && st.Stream != "broadcast" {
			return "must be transactional or broadcast"
		}
	case "tag":
		if st.Tag = value; len(value) > maxTag {
			return "is longer than " + strconv.Itoa(maxTag) + " octets"
		}
	case "metadata":
		return st.addMetadata(value)
	case "track":
		var ok bool
		if st.Track, ok = track(value); !ok {
			return "must be opens, clicks, opens,clicks or none"
		}
	case "idempotency-key":
		if st.IdempotencyKey = value; !isPrintable(value) {
			return "must be printable ASCII"
		}
	case "send-at":
		at, err := time.Parse(time.RFC3339, value)
		if err != nil {
			return "must be a time like 2026-01-31T09:00:00Z"
		}
		st.SendAt = at.UTC()
	case "expires":
		if length, err := time.ParseDuration(value); err == nil && length > 0 {
			*life = length
			return ""
		}
		at, err := time.Parse(time.RFC3339, value)
		if err != nil {
			return "must be a time like 2026-01-31T09:00:00Z or a length of time like 30m or 48h"
		}
		st.Expires = at.UTC()
	default:
		return "is not a field we know"
	}
	return ""
}

func (st *Steering) addMetadata(value string) (problem string) {
	key, v, ok := strings.Cut(value, "=")
	key = strings.TrimSpace(key)
	if _, again := st.Metadata[key]; again {
		return "names one key twice"
	}
	if !ok || key == "" || len(key) > maxKey || len(st.Metadata) == maxMetadata {
		return "must be key=value, at most " + strconv.Itoa(maxMetadata) + " times"
	}
	if st.Metadata == nil {
		st.Metadata = map[string]string{}
	}
	st.Metadata[key] = strings.TrimSpace(v)
	return ""
}

// track brings the list into one spelling.
func track(value string) (string, bool) {
	switch strings.ToLower(strings.ReplaceAll(value, " ", "")) {
	case "none":
		return "none", true
	case "opens":
		return "opens", true
	case "clicks":
		return "clicks", true
	case "opens,clicks", "clicks,opens":
		return "opens,clicks", true
	}
	return "", false
}

func isPrintable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}
