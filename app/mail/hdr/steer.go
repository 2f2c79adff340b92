package header

import (
	"fmt"
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
	Metadata       map[string]string
	Track          string // "opens,clicks", "none" or ""
	IdempotencyKey string
	SendAt         time.Time // zero: at once
}

// Bounds of steering values.
const (
	maxTag      = 64
	maxMetadata = 20
	maxSteering = 255
)

// Steer reads the steering fields. An unknown or ill-formed one is an error: a
// misspelt wish must not be ignored silently.
func (s *Section) Steer() (Steering, error) {
	st := Steering{Metadata: map[string]string{}}
	for _, f := range s.Fields {
		if len(f.Name) < len(SteeringPrefix) || !strings.EqualFold(f.Name[:len(SteeringPrefix)], SteeringPrefix) {
			continue
		}
		value := Decode(f.Value())
		if len(value) > maxSteering {
			return st, fmt.Errorf("%w: %s is longer than %d octets", ErrMalformed, f.Name, maxSteering)
		}
		if err := st.set(strings.ToLower(f.Name[len(SteeringPrefix):]), value); err != nil {
			return st, fmt.Errorf("%w: %s %s", ErrMalformed, f.Name, err.Error())
		}
	}
	return st, nil
}

func (st *Steering) set(name, value string) error {
	switch name {
	case "stream":
		if value != "transactional" && value != "broadcast" {
			return fmt.Errorf("must be transactional or broadcast")
		}
		st.Stream = value
	case "tag":
		if len(value) > maxTag {
			return fmt.Errorf("is longer than %d octets", maxTag)
		}
		st.Tag = value
	case "metadata":
		key, v, ok := strings.Cut(value, "=")
		key = strings.TrimSpace(key)
		if !ok || key == "" || len(st.Metadata) == maxMetadata {
			return fmt.Errorf("must be key=value, at most %d times", maxMetadata)
		}
		st.Metadata[key] = strings.TrimSpace(v)
	case "track":
		if value != "opens" && value != "clicks" && value != "opens,clicks" && value != "none" {
			return fmt.Errorf("must be opens, clicks, opens,clicks or none")
		}
		st.Track = value
	case "idempotency-key":
		st.IdempotencyKey = value
	case "send-at":
		at, err := time.Parse(time.RFC3339, value)
		if err != nil {
			return fmt.Errorf("must be a time like 2026-01-31T09:00:00Z")
		}
		st.SendAt = at.UTC()
	default:
		return fmt.Errorf("is not a field we know")
	}
	return nil
}
