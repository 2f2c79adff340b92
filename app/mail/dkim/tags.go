package dkim

import (
	"slices"
	"strings"
)

// parseTags reads a tag-list (RFC 6376 §3.2). White space inside values is dropped,
// which DNS hosts like to add.
func parseTags(s string) (tags map[string]string, problem string) {
	switch trimmed := strings.TrimSpace(s); {
	case strings.Contains(s, `\;`):
		return nil, `The record has backslashes before its semicolons. They belong to zone files only: remove them.`
	case strings.HasPrefix(trimmed, `"`) || strings.HasSuffix(trimmed, `"`):
		return nil, "The record has quotation marks inside. They belong to zone files only: remove them."
	}
	tags = map[string]string{}
	for part := range strings.SplitSeq(s, ";") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		name, value, ok := strings.Cut(part, "=")
		name = strings.TrimSpace(name)
		if _, again := tags[name]; !ok || again || name == "" {
			return nil, "There is a TXT record at this name, but it is no DKIM key. Copy the whole value, beginning with v=DKIM1."
		}
		tags[name] = strings.Join(strings.Fields(value), "")
	}
	return tags, ""
}

// unusable says why receivers cannot use a record for mail signed with SHA-256
// (RFC 6376 §3.6.1).
func unusable(tags map[string]string) (problem string) {
	has := func(tag, value string) bool {
		list, present := tags[tag]
		return !present || slices.Contains(strings.Split(list, ":"), value)
	}
	_, key := tags["p"]
	switch {
	case !key || !has("v", "DKIM1"):
		return "There is a TXT record at this name, but it is no DKIM key. Copy the whole value, beginning with v=DKIM1."
	case !has("k", "rsa") && !has("k", "ed25519"):
		return "The record names a kind of key (k=) that does not exist."
	case !has("h", "sha256"):
		return "The record forbids SHA-256 (h=), with which we sign. Remove h=."
	case !has("s", "*") && !has("s", "email"):
		return "The record does not allow e-mail (s=). Remove s=."
	}
	return ""
}
