package dkim

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"slices"
	"strings"
)

// RecordName returns where the record of a selector stands.
func RecordName(selector, domain string) string { return selector + "._domainkey." + domain }

// Record returns the TXT value that publishes a public key in PKIX form
// (RFC 6376 §3.6.1, RFC 8463 §4.2).
func Record(public []byte) string {
	kind, data := published(public)
	return "v=DKIM1; k=" + kind + "; p=" + base64.StdEncoding.EncodeToString(data)
}

// published returns the k= and the decoded p= of a public key.
func published(public []byte) (kind string, data []byte) {
	if key, err := x509.ParsePKIXPublicKey(public); err == nil {
		if raw, ok := key.(ed25519.PublicKey); ok {
			return "ed25519", raw
		}
	}
	return "rsa", public
}

// maxString is what one string of a TXT record holds (RFC 1035 §3.3.14).
const maxString = 255

// Strings cuts a TXT value into the strings that one record holds.
func Strings(value string) []string {
	var list []string
	for chunk := range slices.Chunk([]byte(value), maxString) {
		list = append(list, string(chunk))
	}
	return list
}

// ZoneValue writes a TXT value as zone files do: quoted strings side by side
// (RFC 1035 §5.1), which readers join without a space (RFC 6376 §3.6.2.2).
func ZoneValue(value string) string {
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	list := Strings(value)
	for i, s := range list {
		list[i] = `"` + escape.Replace(s) + `"`
	}
	return strings.Join(list, " ")
}

// Verdict says how a published record relates to our key.
type Verdict string

// The verdicts.
const (
	Good     Verdict = "good"
	Missing  Verdict = "missing"
	OlderKey Verdict = "older_key" // a key of ours that was there before
	OtherKey Verdict = "other_key" // a sound record of a key we do not know
	Broken   Verdict = "broken"    // a record that receivers cannot use
	Revoked  Verdict = "revoked"   // empty p=
	Testing  Verdict = "testing"   // t=y: receivers ignore the signature
)

// Finding is a verdict with its reason in plain words.
type Finding struct {
	Verdict Verdict
	Reason  string
}

// CheckRecord judges the TXT values found at a selector's name. public is the key
// that should be there, older are keys that may still be seen there.
func CheckRecord(values []string, public []byte, older ...[]byte) Finding {
	switch len(values) {
	case 0:
		return Finding{Missing, "There is no TXT record at this name yet."}
	case 1:
	default: // RFC 6376 §3.6.2.2: the result is undefined
		return Finding{Broken, "There are several TXT records at this name, and receivers may pick any. Keep only ours."}
	}
	tags, problem := parseTags(values[0])
	if problem != "" {
		return Finding{Broken, problem}
	}
	if problem := unusable(tags); problem != "" {
		return Finding{Broken, problem}
	}
	return compare(tags, public, older)
}

// compare judges the key of a record that is sound otherwise.
func compare(tags map[string]string, public []byte, older [][]byte) Finding {
	if tags["p"] == "" { // RFC 6376 §3.6.1
		return Finding{Revoked, "The record is there, but its p= is empty: it says that the key was withdrawn."}
	}
	kind, want := published(public)
	key, err := base64.StdEncoding.DecodeString(tags["p"])
	if matches(tags, public) {
		if slices.Contains(strings.Split(tags["t"], ":"), "y") {
			return Finding{Testing, "The key is right, but t=y marks it as a test, and receivers then ignore our signature. Remove t=y."}
		}
		return Finding{Good, "Found."}
	}
	if slices.ContainsFunc(older, func(o []byte) bool { return matches(tags, o) }) {
		return Finding{OlderKey, "The name servers still give an older key of ours. If you have changed it, wait until they follow."}
	}
	switch whole := base64.StdEncoding.EncodeToString(want); {
	case strings.HasPrefix(whole, tags["p"]):
		return Finding{Broken, "The value is cut off. Some DNS hosts take at most 255 characters at once: paste it as two quoted parts."}
	case err != nil:
		return Finding{Broken, "The key behind p= is damaged: it is not base64. Copy the whole value once more."}
	case bytes.Equal(key, want):
		return Finding{Broken, "The key is right, but its k= is not " + kind + "."}
	}
	return Finding{OtherKey, "There is a key at this name, but not ours."}
}

// matches reports whether the record publishes the key.
func matches(tags map[string]string, public []byte) bool {
	kind, data := published(public)
	if k := tags["k"]; k != kind && (k != "" || kind != "rsa") {
		return false
	}
	key, err := base64.StdEncoding.DecodeString(tags["p"])
	return err == nil && bytes.Equal(key, data)
}
