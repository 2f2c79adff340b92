package header

import "strings"

// known is what we know about a field by its name.
type known struct {
	name string // its usual spelling
	once int    // place in the count of fields that may stand once; 0 for the others
	drop bool   // must not leave
}

// onceFields may stand at most once (RFC 5322 §3.6, RFC 2045 §4). A second one is
// how a forged field gets past those who look only at the first.
var onceFields = []string{
	"", "From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Message-ID", "In-Reply-To", "References", "Subject", "Date",
	"MIME-Version", "Content-Type", "Content-Transfer-Encoding",
}

// dropFields must not leave. Bcc would betray hidden recipients, Return-Path is
// written at final delivery only (RFC 5321 §4.4). Authentication results and ARC
// sets are claims of a receiver, and nobody received this message before us
// (RFC 8601 §5). A DKIM-Signature made before our changes would fail, and one that
// does not fail would lend us a reputation nobody gave us: we sign anew.
var dropFields = []string{
	"Bcc", "Resent-Bcc", "Return-Path", "DKIM-Signature", "DomainKey-Signature", "Authentication-Results",
	"ARC-Seal", "ARC-Message-Signature", "ARC-Authentication-Results", "Delivered-To", "X-Original-To",
}

// otherFields are common; knowing them saves an allocation each.
var otherFields = []string{
	"Received", "User-Agent", "X-Mailer", "X-Priority", "Content-Language", "Content-Disposition", "Content-ID", "Auto-Submitted",
	"Precedence", "Feedback-ID", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Help", "Errors-To", "Organization",
}

var knownFields = func() map[string]*known {
	all := map[string]*known{}
	for _, names := range [][]string{onceFields[1:], dropFields, otherFields} {
		for _, name := range names {
			all[strings.ToLower(name)] = &known{name: name}
		}
	}
	for i, name := range onceFields[1:] {
		all[strings.ToLower(name)].once = i + 1
	}
	for _, name := range dropFields {
		all[strings.ToLower(name)].drop = true
	}
	return all
}()

const longestKnown = 32

// lookUp finds what we know about a name without allocating.
func lookUp(name []byte) *known {
	if len(name) > longestKnown {
		return nil
	}
	var lower [longestKnown]byte
	for i, c := range name {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		lower[i] = c
	}
	return knownFields[string(lower[:len(name)])]
}

// info is what we know about the field, also when it was not made by Parse.
func (f Field) info() *known {
	if f.known != nil {
		return f.known
	}
	return lookUp([]byte(f.Name))
}
