package sending_test

import (
	"errors"
	"net/netip"
	"testing"

	"smtpserver/app/sending"
)

// An SPF record is read as receivers read it.
func TestAllowedBySPF(t *testing.T) {
	t.Parallel()
	const hosts = "out.example. A 192.0.2.1\nout.example. AAAA 2001:db8::1\nx.example. MX 10 out.example.\nother.example. A 192.0.2.77\n"
	for _, c := range []struct {
		record, addr string
		allowed      bool
		broken       bool
	}{
		{"v=spf1 a:out.example -all", "192.0.2.1", true, false},
		{"v=spf1 a:out.example -all", "2001:db8::1", true, false},
		{"v=spf1 a:out.example -all", "192.0.2.2", false, false},
		{"v=spf1 a:out.example/24 -all", "192.0.2.2", true, false},
		{"v=spf1 a:out.example//64 -all", "192.0.2.2", false, false},
		{"v=spf1 a:out.example/24//64 -all", "2001:db8::2", true, false},
		{"v=spf1 mx:x.example -all", "192.0.2.1", true, false},
		{"v=spf1 ip4:192.0.2.0/28 ~all", "192.0.2.9", true, false},
		{"v=spf1 ip4:192.0.2.9 -all", "192.0.2.9", true, false},
		{"v=spf1 ip6:2001:db8::/32 -all", "2001:db8::5", true, false},
		{"v=spf1 -ip4:192.0.2.9 ip4:192.0.2.0/24 -all", "192.0.2.9", false, false},
		{"v=spf1 include:more.example -all", "192.0.2.77", true, false},
		{"v=spf1 include:more.example -all", "192.0.2.78", false, false},
		{"V=SPF1 redirect=more.example", "192.0.2.77", true, false},
		{"v=spf1 exists:%{i}.x.example ptr a:gone.example -all", "192.0.2.1", false, false},
		{"v=spf1 +all", "192.0.2.1", true, false},
		{"v=spf1", "192.0.2.1", false, false},
		{"something else", "192.0.2.1", false, false},
		{"v=spf1 include:rp.example -all", "192.0.2.1", false, true}, // itself, for ever
		{"v=spf1 ip4:192.0.2.0/99 -all", "192.0.2.1", false, true},
		{"v=spf1 a:out.example/99 -all", "192.0.2.1", false, true},
	} {
		_, r := dns(t, hosts+`more.example. TXT "v=spf1 a:other.example -all"`+"\n"+`rp.example. TXT "`+c.record+"\"\n")
		allowed, err := sending.AllowedBySPF(t.Context(), r, "rp.example", netip.MustParseAddr(c.addr))
		if allowed != c.allowed || errors.Is(err, sending.ErrSPF) != c.broken || !c.broken && err != nil {
			t.Errorf("%s for %s: %v, %v", c.record, c.addr, allowed, err)
		}
	}
	_, r := dns(t, "rp.example. TXT \"v=spf1 -all\"\nrp.example. TXT \"v=spf1 +all\"\n")
	if _, err := sending.AllowedBySPF(t.Context(), r, "rp.example", netip.MustParseAddr("192.0.2.1")); !errors.Is(err, sending.ErrSPF) {
		t.Errorf("two records: %v", err)
	}
	if allowed, err := sending.AllowedBySPF(t.Context(), r, "none.example", netip.MustParseAddr("192.0.2.1")); allowed || err != nil {
		t.Errorf("no record: %v, %v", allowed, err)
	}
}
