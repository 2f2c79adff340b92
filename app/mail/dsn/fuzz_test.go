package dsn_test

import (
	"strings"
	"testing"

	"smtpserver/app/mail/dsn"
)

// FuzzORCPT: what is decoded can be written into a field and encoded again.
func FuzzORCPT(f *testing.F) {
	for _, s := range []string{"rfc822;Bob+2BA@c.example", `utf-8;J\x{F6}rg@c.example`, "rfc822;+0D+0A", "utf-8;\u2028", "x;+", ";"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		kind, address, err := dsn.DecodeORCPT(s)
		if err != nil {
			return
		}
		if strings.ContainsAny(address, "\r\n\x00\u2028\u2029") {
			t.Fatalf("%q hides a line break", address)
		}
		if kind != "utf-8" {
			if again, err := dsn.DecodeXtext(dsn.EncodeXtext(address)); err == nil && again != address {
				t.Fatalf("%q became %q", address, again)
			}
			return
		}
		if again := dsn.DecodeUnitext(dsn.EncodeUnitext(address)); again != address {
			t.Fatalf("%q became %q", address, again)
		}
	})
}
