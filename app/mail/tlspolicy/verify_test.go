package tlspolicy

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"slices"
	"testing"
	"time"

	"smtpserver/app/mail/resolver"
	"smtpserver/app/testkit/fakemx"
)

// FuzzVerifyDANE tries records on a chain: whatever the record, a certificate is taken
// only when the record holds its digest or itself, and an unusable record never takes one.
func FuzzVerifyDANE(f *testing.F) {
	config := fakemx.NewAuthority(f).Issue(f, fakemx.NoFlaw, "mx.x.example")
	var certs []*x509.Certificate
	for _, der := range config.Certificates[0].Certificate {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			f.Fatal(err)
		}
		certs = append(certs, c)
		f.Add(uint8(3), uint8(0), uint8(0), c.Raw)
		f.Add(uint8(2), uint8(1), uint8(0), c.RawSubjectPublicKeyInfo)
	}
	f.Add(uint8(3), uint8(1), uint8(1), make([]byte, 32))
	f.Add(uint8(2), uint8(0), uint8(2), make([]byte, 64))
	f.Fuzz(func(t *testing.T, usage, selector, matching uint8, data []byte) {
		record := resolver.TLSA{Usage: usage, Selector: selector, Matching: matching, Data: data}
		r := Requirement{Mode: DANE, Names: []string{"mx.x.example"}, TLSA: []resolver.TLSA{record}}
		err := r.Verify(&tls.ConnectionState{Version: tls.VersionTLS13, PeerCertificates: certs}, nil, time.Now())
		var failure *Error
		if err != nil && !errors.As(err, &failure) {
			t.Fatalf("error %v", err)
		}
		about := slices.ContainsFunc(certs, func(c *x509.Certificate) bool { return fits(record, c) || signedBy(data, c) })
		if err == nil && (!about || !isUsable(record) || usage == usageEE && !fits(record, certs[0])) {
			t.Errorf("%d %d %d %x was taken", usage, selector, matching, data)
		}
	})
}

// A requirement that asks for anything refuses old TLS and servers without certificate
// by itself, whoever made the connection; one that asks for nothing refuses nothing.
func TestVerifyAlone(t *testing.T) {
	t.Parallel()
	for _, r := range []Requirement{{Mode: Encrypted}, {Mode: Verified, Names: []string{"x"}}, {Mode: DANE}, {Trial: true, Names: []string{"x"}}} {
		for _, cs := range []tls.ConnectionState{{Version: tls.VersionTLS11, PeerCertificates: []*x509.Certificate{{}}}, {Version: tls.VersionTLS13}} {
			var failure *Error
			if err := r.Verify(&cs, nil, time.Now()); !errors.As(err, &failure) {
				t.Errorf("%s: %v", r.Mode, err)
			}
		}
	}
	if err := new(Requirement).Verify(&tls.ConnectionState{}, nil, time.Now()); err != nil {
		t.Error(err)
	}
}

// A zone full of records and a server full of certificates cost a bounded time.
func TestWorkIsBounded(t *testing.T) {
	t.Parallel()
	config := fakemx.NewAuthority(t).Issue(t, fakemx.NoFlaw, "mx.x.example")
	c, err := x509.ParseCertificate(config.Certificates[0].Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	key := resolver.TLSA{Usage: usageTA, Selector: selectKey, Matching: matchFull, Data: c.RawSubjectPublicKeyInfo}
	r := Requirement{Mode: DANE, TLSA: usable(slices.Repeat([]resolver.TLSA{key}, 1000))}
	if len(r.TLSA) != maxRecords || len(texts(slices.Repeat([]resolver.TLSA{key}, 1000))) != maxRecords {
		t.Errorf("%d records are used", len(r.TLSA))
	}
	start := time.Now()
	err = r.Verify(&tls.ConnectionState{Version: tls.VersionTLS13, PeerCertificates: slices.Repeat([]*x509.Certificate{c}, 1000)}, nil, start)
	if took := time.Since(start); err == nil || took > 5*time.Second {
		t.Errorf("%v after %s", err, took)
	}
}
