package dsn_test

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"testing"
)

// reader prints what Python's email package sees in a notification.
const reader = `
import email, email.policy, json, sys
m = email.message_from_binary_file(sys.stdin.buffer, policy=email.policy.default)
parts = list(m.iter_parts())
status = [dict(p.items()) for p in parts[1].get_payload()]
print(json.dumps({
  "type": m.get_content_type(), "report": m["Content-Type"].params["report-type"],
  "parts": [p.get_content_type() for p in parts], "text": parts[0].get_content(),
  "status": status, "defects": [str(d) for d in m.defects] + [str(d) for p in parts for d in p.defects],
}))`

// TestPythonReads: another implementation finds the same in what we write.
func TestPythonReads(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 here")
	}
	m := message()
	m.Full = true
	cmd := exec.CommandContext(t.Context(), python, "-c", reader)
	cmd.Stdin = bytes.NewReader(compose(t, m).Content)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Type, Report string
		Parts        []string
		Text         string
		Status       []map[string]string
		Defects      []string
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	if got.Type != "multipart/report" || got.Report != "delivery-status" || len(got.Defects) != 0 || len(got.Parts) != 3 ||
		got.Parts[1] != "message/delivery-status" || got.Parts[2] != "message/rfc822" {
		t.Fatalf("%s", out)
	}
	if len(got.Status) != 2 || got.Status[0]["Original-Envelope-Id"] != m.EnvelopeID ||
		got.Status[1]["Final-Recipient"] != "rfc822; bob@c.example" || got.Status[1]["Status"] != "5.1.1" {
		t.Errorf("%v", got.Status)
	}
	if !bytes.Contains([]byte(got.Text), []byte("“Your order 17”")) {
		t.Errorf("%s", got.Text)
	}
}
