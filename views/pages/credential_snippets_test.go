package pages

import (
	"go/format"
	"strings"
	"testing"
)

// Each snippet names the real server, and what people typed cannot break out of
// its quotes.
func TestSnippets(t *testing.T) {
	t.Parallel()
	hostile := `o'b"r\ien@example.com`
	for name, c := range map[string]Connection{
		"STARTTLS":     {Host: "mail.example.com", STARTTLSPort: 587, TLSPort: 465, Username: "shop-prod", From: "hello@shop.test", To: hostile},
		"self-signed":  {Host: "mail.example.com", STARTTLSPort: 587, Username: "shop-prod", From: "hello@shop.test", To: hostile, SelfSigned: true},
		"implicit TLS": {Host: "mail.example.com", TLSPort: 465, Username: "shop-prod", From: "hello@shop.test", To: hostile},
	} {
		port := map[bool]string{true: "465", false: "587"}[c.implicit()]
		for _, s := range c.snippets("ssv_secret") {
			for _, want := range []string{"mail.example.com", port, "shop-prod", "ssv_secret"} {
				if !strings.Contains(s.Code, want) {
					t.Errorf("%s, %s: no %s in\n%s", name, s.Label, want, s.Code)
				}
			}
			wantsQuoted(t, name, s.Label, s.Code)
			if skips := strings.Contains(s.Code, "self-signed"); skips != (c.SelfSigned && s.Label != "swaks") {
				t.Errorf("%s, %s: tells how to trust the certificate: %v", name, s.Label, skips)
			}
		}
	}
}

// wantsQuoted looks for the hostile address as each language has to write it.
func wantsQuoted(t *testing.T, name, label, code string) {
	t.Helper()
	quoted := map[string]string{
		"swaks": `'o'\''b"r\ien@example.com'`, "curl": `'o'\''b"r\ien@example.com'`, "PHPMailer": `'o\'b"r\\ien@example.com'`,
		"Nodemailer": `"o'b\"r\\ien@example.com"`, "Python": `"o'b\"r\\ien@example.com"`, "Go": `"o'b\"r\\ien@example.com"`,
	}
	if want := quoted[label]; !strings.Contains(code, want) {
		t.Errorf("%s, %s: no %s in\n%s", name, label, want, code)
	}
	if label != "Go" {
		return
	}
	if formatted, err := format.Source([]byte(code)); err != nil || strings.TrimSpace(string(formatted)) != code {
		t.Errorf("%s: the Go program is not formatted: %v\n%s", name, err, code)
	}
}
