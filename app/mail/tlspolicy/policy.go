package tlspolicy

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// STSMode is the mode of an MTA-STS policy.
type STSMode string

// The modes of RFC 8461 §3.2. The zero value means that there is no policy, which is
// the same as none.
const (
	None    STSMode = "none"
	Testing STSMode = "testing"
	Enforce STSMode = "enforce"
)

// Policy is a domain's MTA-STS policy.
type Policy struct {
	ID     string // of the DNS record under which it was fetched
	Mode   STSMode
	MX     []string // patterns: a host name, or "*." and the rest of one
	MaxAge time.Duration
	Lines  []string // as fetched
}

// maxSeconds is what RFC 8461 §3.2 allows for max_age: a year.
const maxSeconds = 31557600

// ParsePolicy reads a policy file (RFC 8461 §3.2). Unknown fields are for the future,
// and of a field given twice the first counts; anything else wrong spoils the policy.
func ParsePolicy(text string) (Policy, error) {
	var p Policy
	seen := map[string]bool{}
	for line := range strings.SplitSeq(strings.TrimRight(text, "\r\n \t"), "\n") {
		line = strings.TrimRight(line, "\r \t")
		name, value, ok := strings.Cut(line, ":")
		if !ok || !isFieldName(name) {
			return Policy{}, fmt.Errorf("line %d is not a field", len(p.Lines)+1)
		}
		p.Lines = append(p.Lines, line)
		if seen[name] && name != "mx" {
			continue
		}
		seen[name] = true
		if err := p.set(name, strings.TrimLeft(value, " \t")); err != nil {
			return Policy{}, err
		}
	}
	for _, name := range []string{"version", "mode", "max_age", "mx"} {
		if !seen[name] && (name != "mx" || p.Mode != None) {
			return Policy{}, errors.New("the field " + name + " is missing")
		}
	}
	return p, nil
}

func (p *Policy) set(name, value string) error {
	switch name {
	case "version":
		if value != "STSv1" {
			return errors.New("the version is not STSv1")
		}
	case "mode":
		if p.Mode = STSMode(value); !slices.Contains([]STSMode{None, Testing, Enforce}, p.Mode) {
			return errors.New("the mode is not known")
		}
	case "max_age":
		seconds, err := strconv.ParseUint(value, 10, 64)
		if err != nil || len(value) > 10 {
			return errors.New("max_age is not a number of seconds")
		}
		p.MaxAge = time.Duration(min(seconds, maxSeconds)) * time.Second
	case "mx":
		pattern := strings.ToLower(value)
		if !isHost(strings.TrimPrefix(pattern, "*.")) {
			return errors.New("an mx pattern is not a host name")
		}
		p.MX = append(p.MX, pattern)
	}
	return nil
}

// Lists reports whether a mail exchanger fits one of the patterns. A wildcard stands
// for exactly one label (RFC 8461 §4.1).
func (p Policy) Lists(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	first, rest, _ := strings.Cut(host, ".")
	return slices.ContainsFunc(p.MX, func(pattern string) bool {
		if wild, ok := strings.CutPrefix(pattern, "*."); ok {
			return first != "" && rest == wild
		}
		return host == pattern
	})
}

// parseRecord reads the _mta-sts TXT records of a domain (RFC 8461 §3.1): exactly one
// that begins with the version, and the id in it. No record at all is no error.
func parseRecord(records []string) (id string, err error) {
	var found []string
	for _, r := range records {
		version, fields, ok := strings.Cut(r, ";")
		if ok && strings.TrimRight(version, " \t") == "v=STSv1" {
			found = append(found, fields)
		}
	}
	switch len(found) {
	case 0:
		return "", nil
	case 1:
		return recordID(found[0])
	}
	return "", errors.New("the domain has more than one MTA-STS record")
}

func recordID(fields string) (id string, err error) {
	for field := range strings.SplitSeq(fields, ";") {
		name, value, _ := strings.Cut(strings.Trim(field, " \t"), "=")
		if name == "id" && id == "" {
			id = value
		}
	}
	if id == "" || len(id) > 32 || strings.ContainsFunc(id, func(r rune) bool { return !isAlphanumeric(r) }) {
		return "", errors.New("the MTA-STS record has no proper id")
	}
	return id, nil
}

// isFieldName is sts-policy-ext-name of RFC 8461 §3.2.
func isFieldName(s string) bool {
	for i, r := range s {
		if !isAlphanumeric(r) && (i == 0 || r != '_' && r != '-' && r != '.') {
			return false
		}
	}
	return s != "" && len(s) <= 32
}

func isHost(s string) bool {
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || strings.ContainsFunc(label, func(r rune) bool { return !isAlphanumeric(r) && r != '-' && r != '_' }) {
			return false
		}
	}
	return len(s) <= 253
}

func isAlphanumeric(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}
