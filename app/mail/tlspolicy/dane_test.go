package tlspolicy_test

import (
	"slices"
	"strings"
	"testing"

	"smtpserver/app/mail/tlspolicy"
	"smtpserver/app/testkit/fakedns"
	"smtpserver/app/testkit/fakemx"
)

// F-39: the table of RFC 7672. Only proven, usable records make a server prove itself;
// records that nobody can read still promise TLS; and what DNSSEC does not answer for
// is waited for, never passed by.
func TestF39(t *testing.T) {
	t.Parallel()
	const unusable = "_25._tcp.mx.x.example. TLSA 0 0 1 aa\n_25._tcp.mx.x.example. TLSA 3 1 1 aabb\n_25._tcp.mx.x.example. TLSA 3 2 1 aabb\n" +
		"_25._tcp.mx.x.example. TLSA 3 1 9 aabb\n_25._tcp.mx.x.example. TLSA 2 0 0 aabb\n_25._tcp.mx.x.example. TLSA 3 1 0 aabb\n"
	digest := strings.Repeat("ab", 32)
	for name, c := range map[string]struct {
		records []string // "server 0 3 1 1" becomes a record about its certificate 0
		fail    []string // names that DNSSEC finds bogus
		plain   bool     // x.example is not signed
		naive   bool     // our resolver does not validate
		clear   bool     // the server has no TLS
		reason  tlspolicy.Reason
	}{
		"EE key":                      {records: []string{"server 0 3 1 1"}},
		"EE key, SHA-512":             {records: []string{"server 0 3 1 2"}},
		"EE key, whole":               {records: []string{"server 0 3 1 0"}},
		"EE certificate":              {records: []string{"server 0 3 0 1"}},
		"EE certificate, whole":       {records: []string{"server 0 3 0 0"}},
		"TA intermediate":             {records: []string{"server 1 2 0 1"}},
		"TA root":                     {records: []string{"server 2 2 1 2"}},
		"TA root, whole":              {records: []string{"server 2 2 0 0"}},
		"TA key of the intermediate":  {records: []string{"server 1 2 1 0"}},
		"TA key of the root":          {records: []string{"server 2 2 1 0"}},
		"TA is not the leaf":          {records: []string{"server 0 2 1 1"}, reason: tlspolicy.TLSAInvalid},
		"EE is not the intermediate":  {records: []string{"server 1 3 1 1"}, reason: tlspolicy.TLSAInvalid},
		"one of several":              {records: []string{"_25._tcp.mx.x.example. TLSA 3 1 1 " + digest, unusable, "server 0 3 1 1"}},
		"mismatch":                    {records: []string{"_25._tcp.mx.x.example. TLSA 3 1 1 " + digest}, reason: tlspolicy.TLSAInvalid},
		"the stronger digest counts":  {records: []string{"server 0 3 1 1", "_25._tcp.mx.x.example. TLSA 3 1 2 " + digest + digest}, reason: tlspolicy.TLSAInvalid},
		"stripped":                    {records: []string{"server 0 3 1 1"}, clear: true, reason: tlspolicy.NoSTARTTLS},
		"usages of the web's PKI":     {records: []string{"_25._tcp.mx.x.example. TLSA 1 1 1 " + digest, "_25._tcp.mx.x.example. TLSA 0 1 1 " + digest}},
		"unusable":                    {records: []string{unusable}},
		"unusable, stripped":          {records: []string{unusable}, clear: true, reason: tlspolicy.NoSTARTTLS},
		"TLSA bogus":                  {records: []string{"server 0 3 1 1"}, fail: []string{"_25._tcp.mx.x.example"}, reason: tlspolicy.DNSSECInvalid},
		"addresses bogus":             {records: []string{"server 0 3 1 1"}, fail: []string{"mx.x.example"}, reason: tlspolicy.DNSSECInvalid},
		"MX bogus":                    {records: []string{"server 0 3 1 1"}, fail: []string{"x.example"}, reason: tlspolicy.DNSSECInvalid},
		"proven that there is none":   {clear: true},
		"not signed":                  {records: []string{"_25._tcp.mx.x.example. TLSA 3 1 1 " + digest}, plain: true, clear: true},
		"not signed, chokes on TLSA":  {fail: []string{"_25._tcp.mx.x.example"}, plain: true, clear: true},
		"our resolver only forwards":  {records: []string{"_25._tcp.mx.x.example. TLSA 3 1 1 " + digest}, naive: true, clear: true},
		"forwards, and TLSA is bogus": {fail: []string{"_25._tcp.mx.x.example"}, naive: true, clear: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			config := w.ca.Issue(t, fakemx.NoFlaw, host)
			w.ca = fakemx.NewAuthority(t) // whose pool we trust knows nothing of it
			for _, r := range c.records {
				if fields := strings.Fields(r); fields[0] == "server" {
					n := func(i int) int { return int(fields[i][0] - '0') }
					r = tlsa(t, host, config, n(1), n(2), n(3), n(4))
				}
				w.add(r)
			}
			for _, bogus := range c.fail {
				w.dns.Fail(bogus, fakedns.ServFail)
			}
			if c.plain {
				w.dns.Secure()
			}
			w.o.Resolver = w.resolver(!c.naive)
			w.finder = tlspolicy.New(w.o)
			o := fakemx.Options{TLS: config}
			if c.clear {
				o.TLS = nil
			}
			mx := fakemx.New(t, o)
			if err := w.send(mx); c.reason != "" {
				refused(t, err, mx, c.reason)
				if got := w.reasons(host); !slices.Equal(got, []tlspolicy.Reason{c.reason}) {
					t.Errorf("reported %q", got)
				}
				if c.reason == tlspolicy.DNSSECInvalid && mx.Connections() != 0 {
					t.Error("connected")
				}
			} else {
				delivered(t, err, mx, !c.clear)
			}
			if asked := slices.Contains(w.dns.Queries(), "_25._tcp.mx.x.example. TLSA"); asked && (c.plain || c.naive) {
				t.Error("asked for TLSA of an unproven host")
			}
		})
	}
}

// RFC 7672 §2.2.2: the names whose TLSA records count when the host is an alias, and
// the name that the server is asked for.
func TestF39Aliases(t *testing.T) {
	t.Parallel()
	const target = "mail.provider.example"
	for name, c := range map[string]struct {
		secure []string
		tlsa   []string // owners
		mode   tlspolicy.Mode
		sni    string
		fail   string
	}{
		"both proven, record at the end":            {[]string{domain, "provider.example"}, []string{target}, tlspolicy.DANE, target, ""},
		"both proven, record at the host":           {[]string{domain, "provider.example"}, []string{host}, tlspolicy.DANE, host, ""},
		"both proven, records at both":              {[]string{domain, "provider.example"}, []string{target, host}, tlspolicy.DANE, target, ""},
		"both proven, none":                         {[]string{domain, "provider.example"}, nil, tlspolicy.Opportunistic, "", ""},
		"both proven, bogus at the end":             {[]string{domain, "provider.example"}, []string{host}, -1, "", "_25._tcp." + target},
		"the alias only, record at the host":        {[]string{domain}, []string{host, target}, tlspolicy.DANE, host, ""},
		"the alias only, record at the end":         {[]string{domain}, []string{target}, tlspolicy.Opportunistic, "", ""},
		"the alias only, bogus at the host":         {[]string{domain}, nil, -1, "", "_25._tcp." + host},
		"the end only: the domain itself is unsure": {[]string{"provider.example"}, []string{target}, tlspolicy.Opportunistic, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			records := []string{"x.example. MX 10 mx.x.example.", "mx.x.example. CNAME " + target + ".", target + ". A 127.0.0.1"}
			for _, owner := range c.tlsa {
				records = append(records, tlsa(t, owner, w.ca.Issue(t, fakemx.NoFlaw, target), 0, 3, 1, 1))
			}
			if err := w.dns.Set(strings.Join(records, "\n")); err != nil {
				t.Fatal(err)
			}
			w.dns.Secure(c.secure...)
			if c.fail != "" {
				w.dns.Fail(c.fail, fakedns.ServFail)
			}
			r, err := w.finder.Host(t.Context(), "X.example.", "MX.x.example.")
			if (err != nil) != (c.mode < 0) || err == nil && (r.Mode != c.mode || r.SNI != c.sni) {
				t.Fatalf("%+v, %v", r, err)
			}
			if want := []string{domain, host, c.sni}; r.Mode == tlspolicy.DANE {
				for _, n := range want {
					if !slices.Contains(r.Names, n) {
						t.Errorf("names %q lack %s", r.Names, n)
					}
				}
				if r.Applied.Kind != tlspolicy.KindTLSA || len(r.Applied.Text) != 1 || !strings.HasPrefix(r.Applied.Text[0], "3 1 1 ") {
					t.Errorf("applied %+v", r.Applied)
				}
			}
		})
	}
}

// An MX record that nobody proves may be an attacker's: the TLSA records of the host it
// names say nothing about the domain.
func TestF39UnprovenMX(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	config := w.ca.Issue(t, fakemx.NoFlaw, host)
	w.add(tlsa(t, host, config, 0, 3, 1, 1))
	w.dns.Secure(host)
	if r, err := w.finder.Host(t.Context(), domain, host); err != nil || r.Mode != tlspolicy.Opportunistic {
		t.Errorf("%+v, %v", r, err)
	}
}

// The implicit MX and address literals: a domain that is proven to have no MX record
// is its own host; a literal has no zone and asks nothing.
func TestF39WithoutMX(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	config := w.ca.Issue(t, fakemx.NoFlaw, domain)
	if err := w.dns.Set("x.example. A 127.0.0.1\n" + tlsa(t, domain, config, 0, 3, 1, 1)); err != nil {
		t.Fatal(err)
	}
	if r, err := w.finder.Host(t.Context(), domain, domain); err != nil || r.Mode != tlspolicy.DANE {
		t.Errorf("%+v, %v", r, err)
	}
	before := len(w.dns.Queries())
	if r, err := w.finder.Host(t.Context(), "[192.0.2.1]", "192.0.2.1"); err != nil || r.Mode != tlspolicy.Opportunistic || len(w.dns.Queries()) != before {
		t.Errorf("%+v, %v", r, err)
	}
}

// DANE comes first: its failure is not healed by MTA-STS, nor its success spoilt (RFC
// 8461 §2). Records that are unusable leave the word to MTA-STS, which asks for more.
func TestF39BeforeMTASTS(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	good, other := w.ca.Issue(t, fakemx.NoFlaw, host), w.ca.Issue(t, fakemx.OtherName, host)
	for name, c := range map[string]struct {
		record  string
		mode    string
		pattern string
		server  fakemx.Options
		reason  tlspolicy.Reason
	}{
		"DANE good, MTA-STS does not list the host": {tlsa(t, host, other, 0, 3, 1, 1), "enforce", "else.example", fakemx.Options{TLS: other}, ""},
		"DANE bad, MTA-STS good":                    {tlsa(t, host, other, 0, 3, 1, 1), "enforce", host, fakemx.Options{TLS: good}, tlspolicy.TLSAInvalid},
		"unusable, MTA-STS good":                    {"_25._tcp.mx.x.example. TLSA 3 1 1 00", "enforce", host, fakemx.Options{TLS: good}, ""},
		"unusable, MTA-STS bad":                     {"_25._tcp.mx.x.example. TLSA 3 1 1 00", "enforce", host, fakemx.Options{TLS: other}, tlspolicy.WrongName},
		"unusable, MTA-STS tested":                  {"_25._tcp.mx.x.example. TLSA 3 1 1 00", "testing", host, fakemx.Options{TLS: other}, ""},
		"unusable, MTA-STS tested, no TLS":          {"_25._tcp.mx.x.example. TLSA 3 1 1 00", "testing", host, fakemx.Options{}, tlspolicy.NoSTARTTLS},
	} {
		w.set(c.record)
		w.o.Cache = tlspolicy.NewMemory(1)
		w.finder = tlspolicy.New(w.o)
		w.announce("1", c.mode, c.pattern)
		mx := fakemx.New(t, c.server)
		t.Run(name, func(t *testing.T) {
			if err := w.send(mx); c.reason != "" {
				refused(t, err, mx, c.reason)
			} else {
				delivered(t, err, mx, true)
			}
		})
	}
}

// A signed domain with exchangers in zones that are not: those are not asked for TLSA,
// which their name servers may choke on; and records that come from there prove nothing.
func TestF39UnsignedHost(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "mx.plain.example. A 127.0.0.1\nalias.plain.example. CNAME mx.plain.example.\n_25._tcp.mx.x.example. CNAME tlsa.plain.example.")
	w.add("tlsa.plain.example. TLSA 3 1 1 " + strings.Repeat("ab", 32))
	for _, h := range []string{"mx.plain.example", "alias.plain.example"} {
		w.dns.Fail("_25._tcp."+h, fakedns.ServFail)
	}
	for _, h := range []string{"mx.plain.example", "alias.plain.example", host} {
		if r, err := w.finder.Host(t.Context(), domain, h); err != nil || r.Mode != tlspolicy.Opportunistic {
			t.Errorf("%s: %+v, %v", h, r, err)
		}
	}
	if slices.Contains(w.dns.Queries(), "mx.plain.example. CNAME") {
		t.Error("asked for an alias where there is none")
	}
}
