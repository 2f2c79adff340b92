package credential_test

import (
	"net/netip"
	"strings"
	"testing"

	"smtpserver/app/credential"
	"smtpserver/app/fault"
)

func TestParseNetworks(t *testing.T) {
	t.Parallel()
	cases := []struct{ typed, want string }{
		{"", ""},
		{"192.0.2.7", "192.0.2.7/32"},
		{" 192.0.2.0/24,\n2001:db8::/32 ; 192.0.2.0/24", "192.0.2.0/24,2001:db8::/32"},
		{"::ffff:192.0.2.7", "192.0.2.7/32"},
		{"192.0.2.7/24", "error: Did you mean the network 192.0.2.0/24 or the address 192.0.2.7?"},
		{"::ffff:192.0.2.0/120", "error: Each entry"},
		{"fe80::1%eth0", "error: Each entry"},
		{"192.0.2.0/33", "error: Each entry"},
		{"localhost", "error: Each entry"},
		{strings.Repeat("192.0.2.1 ", 51), "192.0.2.1/32"},
	}
	for _, c := range cases {
		got, err := credential.ParseNetworks(c.typed)
		if want, isError := strings.CutPrefix(c.want, "error: "); isError {
			if !fault.Is(err, fault.Invalid) || !strings.HasPrefix(fault.FieldsOf(err)["networks"], want) {
				t.Errorf("%q: error %v, want field text %q", c.typed, err, want)
			}
			continue
		}
		if err != nil || got.String() != c.want {
			t.Errorf("%q: got %q, %v; want %q", c.typed, got, err, c.want)
		}
	}
}

func TestNetworksAllow(t *testing.T) {
	t.Parallel()
	cases := []struct {
		networks, ip string
		want         bool
	}{
		{"", "203.0.113.9", true},
		{"192.0.2.0/24", "192.0.2.255", true},
		{"192.0.2.0/24", "192.0.3.0", false},
		{"192.0.2.0/24", "::ffff:192.0.2.1", true}, // a dual-stack listener reports IPv4 so
		{"192.0.2.0/24", "2001:db8::1", false},
		{"2001:db8::/32", "2001:db8:1::1%eth0", true},
		{"2001:db8::/32 198.51.100.4", "198.51.100.4", true},
		{"198.51.100.4", "198.51.100.5", false},
	}
	for _, c := range cases {
		networks, err := credential.ParseNetworks(c.networks)
		if err != nil {
			t.Fatal(err)
		}
		if got := networks.Allow(netip.MustParseAddr(c.ip)); got != c.want {
			t.Errorf("%q allows %s: %v, want %v", c.networks, c.ip, got, c.want)
		}
	}
}
