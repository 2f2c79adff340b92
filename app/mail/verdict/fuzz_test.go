package verdict_test

import (
	"testing"

	"smtpserver/app/mail/reply"
	"smtpserver/app/mail/verdict"
)

// FuzzOfStatus: whatever a report says, there is a verdict in words, and no code of
// policy and no temporary trouble ends an address.
func FuzzOfStatus(f *testing.F) {
	for _, k := range known {
		f.Add(5, 1, 1, "smtp; "+k.wire, "dns; "+k.host)
	}
	f.Fuzz(func(t *testing.T, kind, subject, detail int, diagnostic, remote string) {
		v := verdict.OfStatus(reply.Enhanced{kind, subject, detail}, diagnostic, remote)
		if v.Key == "" || v.Reason == "" || v.Next == "" || (v.Class == "") != (v.Key == verdict.Accepted) {
			t.Fatalf("%+v", v)
		}
		said := verdict.ParseDiagnostic(diagnostic)
		if v.Suppress && (!v.Permanent || v.Class != verdict.Recipient || said.Enhanced[1] == 7 && said.Enhanced[0] != 0) {
			t.Fatalf("suppresses: %+v", v)
		}
	})
}
