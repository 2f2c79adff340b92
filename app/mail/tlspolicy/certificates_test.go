package tlspolicy_test

import (
	"crypto/tls"
	"slices"
	"testing"

	"smtpserver/app/mail/tlspolicy"
	"smtpserver/app/testkit/fakemx"
)

// verdicts says what is reported of each flaw, under MTA-STS and under DANE-TA; ""
// means that the certificate is taken.
var verdicts = map[fakemx.Flaw]struct{ sts, ta tlspolicy.Reason }{
	fakemx.NoFlaw:          {"", ""},
	fakemx.Expired:         {tlspolicy.Expired, tlspolicy.Expired},
	fakemx.NotYetValid:     {tlspolicy.NotTrusted, tlspolicy.NotTrusted},
	fakemx.OtherName:       {tlspolicy.WrongName, tlspolicy.WrongName},
	fakemx.AddressOnly:     {tlspolicy.WrongName, tlspolicy.WrongName},
	fakemx.CommonNameOnly:  {tlspolicy.WrongName, ""}, // RFC 8461 §4.2; RFC 7672 §3.2.3
	fakemx.PartialWildcard: {tlspolicy.WrongName, tlspolicy.WrongName},
	fakemx.DeepWildcard:    {tlspolicy.WrongName, ""}, // "*.example" fits the domain itself (RFC 7672 §3.2.2)
	fakemx.ClientOnly:      {tlspolicy.NotTrusted, tlspolicy.NotTrusted},
	fakemx.SelfSigned:      {tlspolicy.NotTrusted, tlspolicy.TLSAInvalid},
	fakemx.UnknownIssuer:   {tlspolicy.NotTrusted, tlspolicy.TLSAInvalid},
	fakemx.NoIntermediate:  {tlspolicy.NotTrusted, tlspolicy.TLSAInvalid},
	fakemx.IssuerNoCA:      {tlspolicy.NotTrusted, tlspolicy.NotTrusted},
	fakemx.OutOfBounds:     {tlspolicy.NotTrusted, tlspolicy.NotTrusted},
	fakemx.IssuerExpired:   {tlspolicy.Expired, tlspolicy.Expired},
}

// F-38: a bad certificate gets no mail where a policy forbids it, not an octet; where
// the policy is only tested it gets the mail and the domain is told; where there is
// none nobody minds.
func TestF38Certificates(t *testing.T) {
	t.Parallel()
	for _, flaw := range append(fakemx.Flaws(), fakemx.NoFlaw) {
		t.Run(string(flaw), func(t *testing.T) {
			t.Parallel()
			want, known := verdicts[flaw]
			if !known {
				t.Fatal("no verdict")
			}
			w := newWorld(t)
			config := w.ca.Issue(t, flaw, host)
			try := func(t *testing.T, reason tlspolicy.Reason, mandatory bool) {
				t.Helper()
				mx := fakemx.New(t, fakemx.Options{TLS: config})
				before := len(w.reasons(host))
				if err := w.send(mx); reason != "" && mandatory {
					refused(t, err, mx, reason)
				} else {
					delivered(t, err, mx, true)
				}
				if got := w.reasons(host)[before:]; !slices.Equal(got, []tlspolicy.Reason{reason}) {
					t.Errorf("reported %q, want %q", got, reason)
				}
			}
			try(t, "", false)
			w.announce("1", "testing", host)
			try(t, want.sts, false)
			w.set()
			w.announce("2", "enforce", host)
			try(t, want.sts, true)
			anchor := w.ca.Issue(t, fakemx.NoFlaw, host)
			w.add(tlsa(t, host, anchor, 1, 2, 1, 1))
			try(t, want.ta, true)
			w.set(tlsa(t, host, config, 0, 3, 1, 1)) // its own key: nothing else matters (RFC 7672 §3.1.1)
			try(t, "", true)
			w.set(tlsa(t, host, anchor, 0, 3, 1, 1)) // another key
			try(t, tlspolicy.TLSAInvalid, true)
		})
	}
}

// F-38: whatever else keeps TLS from being made, no mail goes where it must be.
func TestF38Handshakes(t *testing.T) {
	t.Parallel()
	at := func(p fakemx.Phase, a fakemx.Action) fakemx.Script { return fakemx.At(p, a) }
	old := func(c *tls.Config) *tls.Config { return fakemx.OldTLS(c) }
	same := func(c *tls.Config) *tls.Config { return c }
	for name, c := range map[string]struct {
		config func(*tls.Config) *tls.Config
		script fakemx.Script
		reason tlspolicy.Reason
	}{
		"stripped":             {func(*tls.Config) *tls.Config { return nil }, nil, tlspolicy.NoSTARTTLS},
		"454":                  {same, at(fakemx.StartTLS, fakemx.Action{Reply: "454 4.7.0 not now"}), tlspolicy.NoSTARTTLS},
		"TLS 1.1 at most":      {old, nil, tlspolicy.Failed},
		"not TLS":              {same, at(fakemx.Handshake, fakemx.Action{Raw: "this is not TLS\r\n"}), tlspolicy.Failed},
		"reset in handshake":   {same, at(fakemx.Handshake, fakemx.Action{Reset: true}), tlspolicy.Failed},
		"closed in handshake":  {same, at(fakemx.Handshake, fakemx.Action{Drop: true}), tlspolicy.Failed},
		"injection behind 220": {same, at(fakemx.StartTLS, fakemx.Action{Raw: "220 go\r\n250 injected\r\n"}), tlspolicy.Failed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			good := w.ca.Issue(t, fakemx.NoFlaw, host)
			try := func(t *testing.T, mandatory bool) {
				t.Helper()
				mx := fakemx.New(t, fakemx.Options{TLS: c.config(good), Script: c.script})
				before := len(w.reasons(host))
				if err := w.send(mx); mandatory {
					refused(t, err, mx, c.reason)
				} else {
					delivered(t, err, mx, false)
				}
				if got := w.reasons(host)[before:]; !slices.Equal(got, []tlspolicy.Reason{c.reason}) {
					t.Errorf("reported %q", got)
				}
			}
			try(t, false)
			w.announce("1", "testing", "*.x.example")
			try(t, false)
			w.set()
			w.announce("2", "enforce", "*.x.example")
			try(t, true)
			w.add(tlsa(t, host, good, 0, 3, 1, 1))
			try(t, true)
			w.set("_25._tcp.mx.x.example. TLSA 1 1 1 00") // unusable: any TLS, but TLS
			try(t, true)
		})
	}
}
