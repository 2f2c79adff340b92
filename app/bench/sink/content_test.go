package sink

import (
	"strings"
	"testing"
)

// TestContent cuts each message at every place: what is looked for may lie across pieces.
func TestContent(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, message, id string }{
		{"usual", "From: a\r\nX-Test-Id: run-1\r\nTo: b\r\n\r\nHello\r\n..dot\r\n.\r\n", "run-1"},
		{"first header", "X-Test-Id: run-2\r\n\r\nHello\r\n.\r\n", "run-2"},
		{"empty", ".\r\n", ""},
		{"only in the body", "From: a\r\n\r\nX-Test-Id: no\r\n.\r\n", ""},
		{"dots that end nothing", "a\r\n.b\r\n\n.\nc\r\n.\n.\r\n\r\n.\r\n", ""},
	} {
		for cut := 0; cut <= len(tc.message); cut++ {
			c := content{wantID: true}
			c.begin()
			after := "MAIL FROM:<a@b.example>\r\n"
			if cut > 0 {
				if used, done := c.take([]byte(tc.message[:cut])); used != cut || done != (cut == len(tc.message)) {
					t.Fatalf("%s cut at %d: used %d, done %v", tc.name, cut, used, done)
				}
			}
			if rest := tc.message[cut:]; rest != "" {
				if used, done := c.take([]byte(rest + after)); used != len(rest) || !done {
					t.Fatalf("%s cut at %d: used %d of %d, done %v", tc.name, cut, used, len(rest), done)
				}
			}
			if string(c.id) != tc.id || c.octets != len(tc.message) {
				t.Fatalf("%s cut at %d: id %q, %d octets", tc.name, cut, c.id, c.octets)
			}
		}
		c := content{wantID: true}
		c.begin()
		for i := range len(tc.message) { // octet by octet
			if _, done := c.take([]byte(tc.message[i : i+1])); done != (i == len(tc.message)-1) {
				t.Fatalf("%s octet %d: done %v", tc.name, i, done)
			}
		}
		if string(c.id) != tc.id {
			t.Fatalf("%s octet by octet: id %q", tc.name, c.id)
		}
	}
}

func TestHeaderWithoutEndIsBounded(t *testing.T) {
	t.Parallel()
	c := content{wantID: true}
	c.begin()
	for range 100 {
		c.take([]byte(strings.Repeat("x", 8<<10)))
	}
	if len(c.head) > maxHeader+8<<10 {
		t.Errorf("%d octets kept", len(c.head))
	}
}
