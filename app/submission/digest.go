package submission

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"regexp"
	"slices"
	"strings"

	"smtpserver/app/mail/header"
	"smtpserver/app/message"
)

// digest is over what must be the same when an idempotency key comes again: the
// envelope, the stream, the fields and the body. A program that composes its mail anew
// for a second try makes a new Date, a new Message-ID and new MIME boundaries, which
// say nothing; so these do not count.
func digest(m Mail, stream message.Stream, section *header.Section, body []byte) string {
	sum := sha256.New()
	recipients := make([]string, len(m.Recipients))
	for i, r := range m.Recipients {
		recipients[i] = r.Key()
	}
	slices.Sort(recipients)
	put(sum, m.From.String(), string(stream), strings.Join(recipients, "\n"))
	delimiters := map[string]bool{}
	for _, f := range section.Fields {
		collect(delimiters, f.Raw)
	}
	collect(delimiters, body)
	for _, f := range section.Fields {
		switch f.Name {
		case "Received", "Date", "Message-ID":
		default:
			sum.Write(boundary.ReplaceAllLiteral(f.Raw, nil))
		}
	}
	put(sum, "")
	for line := range bytes.Lines(body) {
		if closing, ok := delimiter(delimiters, line); ok {
			put(sum, "--", closing)
			continue
		}
		sum.Write(boundary.ReplaceAllLiteral(line, nil))
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// put writes texts so that none can run into the next.
func put(sum hash.Hash, texts ...string) {
	for _, text := range texts {
		sum.Write(append([]byte(text), 0)) // NUL stands in no message
	}
}

// boundary is the parameter of multipart types (RFC 2046 §5.1.1).
var boundary = regexp.MustCompile(`(?i)\bboundary=(?:"([^"\r\n]{1,70})"|([^\s";]{1,70}))`)

func collect(delimiters map[string]bool, part []byte) {
	for _, found := range boundary.FindAllSubmatch(part, -1) {
		delimiters[string(found[1])+string(found[2])] = true
	}
}

// delimiter reports whether a line separates parts, and its end when it is the last.
func delimiter(delimiters map[string]bool, line []byte) (closing string, ok bool) {
	text, ok := strings.CutPrefix(strings.TrimRight(string(line), " \t\r\n"), "--")
	if !ok {
		return "", false
	}
	if delimiters[text] {
		return "", true
	}
	text, ok = strings.CutSuffix(text, "--")
	return "--", ok && delimiters[text]
}
