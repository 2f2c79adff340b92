package feedback

import "strings"

// maxAddress is the longest address that is looked for (RFC 5321 §4.5.3.1).
const maxAddress = 320

// addressIn returns the first address in a text, or "".
func addressIn(s string) string {
	a, _, _ := nextAddress(s)
	return a
}

// nextAddress finds the next address in a text and what follows it.
func nextAddress(text string) (a, rest string, ok bool) {
	start, end := span(text)
	if end == 0 {
		return "", "", false
	}
	return text[start:end], text[end:], true
}

// indexOfNext tells where the next address begins, or the text's length.
func indexOfNext(text string) int {
	start, end := span(text)
	if end == 0 {
		return len(text)
	}
	return start
}

// span finds an address: it goes out from each at-sign, both ways, over what an
// address may hold. end is 0 without one.
func span(text string) (start, end int) {
	for from := 0; ; {
		i := strings.IndexByte(text[from:], '@')
		if i < 0 {
			return 0, 0
		}
		at := from + i
		start, end = at, at+1
		for start > 0 && at-start < maxAddress && inLocal(text[start-1]) {
			start--
		}
		for end < len(text) && end-at < maxAddress && inDomain(text[end]) {
			end++
		}
		for end > at+1 && (text[end-1] == '.' || text[end-1] == '-') {
			end-- // the end of a sentence
		}
		candidate := text[start:end]
		if trimmed := strings.TrimLeft(candidate, ".'`"); trimmed != candidate {
			start += len(candidate) - len(trimmed)
			candidate = trimmed
		}
		// A Message-ID is no address, but it looks like one: programs print it as
		// "<…@host>" after its name.
		if isAddress(candidate) && !afterMessageID(text[max(0, start-20):start]) {
			return start, end
		}
		from = at + 1
	}
}

func afterMessageID(before string) bool {
	return strings.HasSuffix(strings.ToLower(strings.TrimRight(before, "< :")), "message-id")
}

func inLocal(c byte) bool {
	return inDomain(c) || strings.IndexByte("!#$%&'*+/=?^_`{|}~", c) >= 0
}

func inDomain(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '.' || c >= 0x80
}
