package dkim

import (
	"bytes"
	"encoding/base64"
	"strings"
)

// Verdict says how a published record relates to our key.
type Verdict string

// The verdicts.
const (
	Good     Verdict = "good"
	Missing  Verdict = "missing"
	OtherKey Verdict = "other_key" // a sound record of another key, perhaps an older one
	Broken   Verdict = "broken"    // a record no verifier can use
	Revoked  Verdict = "revoked"   // empty p=
)

// CheckRecord judges the TXT values found at a selector's name.
func CheckRecord(values []string, public []byte) Verdict {
	verdict := Missing
	for _, value := range values {
		tags, ok := parseTags(value)
		if _, has := tags["p"]; !has && !strings.HasPrefix(value, "v=DKIM1") {
			continue // some other TXT record
		}
		if v := judge(tags, ok, public); v == Good || verdict == Missing {
			verdict = v
		}
	}
	return verdict
}

func judge(tags map[string]string, ok bool, public []byte) Verdict {
	p, has := tags["p"]
	if !ok || !has || tags["v"] != "" && tags["v"] != "DKIM1" || tags["k"] != "" && tags["k"] != "rsa" {
		return Broken
	}
	if p == "" {
		return Revoked
	}
	key, err := base64.StdEncoding.DecodeString(p)
	if err != nil {
		return Broken
	}
	if !bytes.Equal(key, public) {
		return OtherKey
	}
	return Good
}

// parseTags reads a tag-list (RFC 6376 §3.2); white space inside values is dropped,
// which DNS hosts like to add.
func parseTags(s string) (map[string]string, bool) {
	tags := map[string]string{}
	for part := range strings.SplitSeq(s, ";") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		name, value, ok := strings.Cut(part, "=")
		if !ok {
			return tags, false
		}
		tags[strings.TrimSpace(name)] = strings.Join(strings.Fields(value), "")
	}
	return tags, true
}
