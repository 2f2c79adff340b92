package precheck

import (
	"strings"
	"testing"
)

// L-05: where links lead is judged before a campaign starts.
func TestL05TargetsAreJudgedBeforeSending(t *testing.T) {
	t.Parallel()
	stopped := func(address string) bool { return strings.Contains(address, "copy-of-a-bank.example") }
	for want, links := range map[Verdict][]string{
		Bad: {
			"javascript:alert(1)", "JaVaScript:alert(1)", "data:text/html,<b>", "vbscript:x", "file:///etc/passwd", "https://copy-of-a-bank.example/login", "https://bank.example@evil.example/",
			"http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f.1/", "http://[::1]/", "http://[::ffff:10.0.0.1]/", "http://10.1.2.3/x", "http://192.168.0.1:8080/", "http://169.254.169.254/latest",
			"http://localhost/", "http://localhost./", "http://printer.local/", "http://metadata.google.internal/", "http://intranet/",
		},
		Warn: {"http://198.41.0.4/", "https://bit.ly/x", "https://www.tinyurl.com/y", "https://T.CO/z"},
		Good: {"https://shop.example/apples", "http://shop.example:8080/", "mailto:shop@shop.example", "tel:+49", "#top", "https://not-bit.ly.example/", "https://mailbit.ly/"},
	} {
		for _, target := range links {
			m := whole()
			m.Stopped = stopped
			m.HTML += `<p><a href="` + target + `">here</a></p>`
			if c := find(t, Local(m), Targets); c.Verdict != want || want != Good && (len(c.Details) != 1 || c.Remedy == "") {
				t.Errorf("%s: %+v, want %s", target, c, want)
			}
		}
	}
	for words, want := range map[string]Verdict{
		"https://bank.example/login": Warn, "www.bank.example": Warn, "https://evil.example/a": Good, "https://www.evil.example": Good, "Read on at bank.example": Good, "<b>https://bank</b>.example": Warn,
	} {
		m := whole()
		m.HTML += `<a href="https://evil.example/x">` + words + `</a>`
		if c := find(t, Local(m), Targets); c.Verdict != want {
			t.Errorf("shown as %s: %+v, want %s", words, c, want)
		}
	}
	m := whole()
	m.HTML += `<a href="javascript:alert(1)">x</a>`
	if bad := Blocking(Local(m)); len(bad) != 1 || bad[0].Name != Targets {
		t.Errorf("what keeps it from starting: %+v", bad)
	}
}
