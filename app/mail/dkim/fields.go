package dkim

import (
	"slices"
	"strings"

	"smtpserver/app/mail/header"
)

// signed lists the fields that are signed when present: what RFC 6376 §5.4.1 lists,
// what makes up the MIME structure, and the list fields (RFC 8058 §4 wants
// List-Unsubscribe and its Post covered).
var signed = []string{
	"From", "To", "Cc", "Subject", "Date", "Message-ID", "Reply-To", "Sender", "In-Reply-To", "References",
	"MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Content-ID", "Content-Description", "Content-Disposition",
	"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Help", "List-Subscribe", "List-Post", "List-Owner", "List-Archive",
	"Auto-Submitted", "Feedback-ID",
}

// selectFields returns the h= names and the canonical fields in that order. When
// a name occurs several times the last goes first (RFC 6376 §5.4.2).
func selectFields(section *header.Section) (names []string, canonical []byte) {
	canonical = make([]byte, 0, 4096)
	names = make([]string, 0, len(signed)+1)
	for _, name := range signed {
		for _, f := range slices.Backward(section.Fields) {
			if len(f.Name) == len(name) && strings.EqualFold(f.Name, name) {
				names = append(names, name)
				canonical = append(appendField(canonical, f.Raw), '\r', '\n')
			}
		}
	}
	return append(names, "From"), canonical // once more than present: RFC 6376 §8.15
}
