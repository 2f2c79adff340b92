package fakemx_test

import (
	"crypto/x509"
	"testing"

	"smtpserver/app/testkit/fakemx"
)

// Only the certificate without a flaw is good; the standard library is the judge.
func TestAuthority(t *testing.T) {
	t.Parallel()
	a := fakemx.NewAuthority(t)
	for _, flaw := range append(fakemx.Flaws(), fakemx.NoFlaw) {
		shown := a.Issue(t, flaw, "mx.x.example").Certificates[0].Certificate
		o := x509.VerifyOptions{Roots: a.Pool, Intermediates: x509.NewCertPool(), DNSName: "mx.x.example"}
		var leaf *x509.Certificate
		for i, der := range shown {
			c, err := x509.ParseCertificate(der)
			if err != nil {
				t.Fatal(err)
			}
			if i == 0 {
				leaf = c
			} else {
				o.Intermediates.AddCert(c)
			}
		}
		if _, err := leaf.Verify(o); (err == nil) != (flaw == fakemx.NoFlaw) {
			t.Errorf("%s: %v", flaw, err)
		}
	}
}
