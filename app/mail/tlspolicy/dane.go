package tlspolicy

import (
	"bytes"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"slices"
	"time"

	"smtpserver/app/mail/resolver"
)

// Fields of a TLSA record (RFC 7218).
const (
	usageTA, usageEE                    = 2, 3 // DANE-TA, DANE-EE; the PKIX ones are of no use to SMTP (RFC 7672 §3.1.3)
	selectCert, selectKey               = 0, 1
	matchFull, matchSHA256, matchSHA512 = 0, 1, 2
)

// verifyDANE is RFC 7672 §3. For DANE-EE neither names nor dates matter: the record
// says it all (§3.1.1). For DANE-TA both do (§3.1.2).
func (r *Requirement) verifyDANE(certs []*x509.Certificate, now time.Time) error {
	for _, record := range r.TLSA {
		if record.Usage == usageEE && fits(record, certs[0]) {
			return nil
		}
	}
	anchors, found := anchors(r.TLSA, certs[:min(len(certs), maxChain)])
	if !found {
		return r.fail(TLSAInvalid, "the certificate fits none of the host's TLSA records")
	}
	if err := r.chain(certs, anchors, now); err != nil {
		return err
	}
	if !r.named(certs[0]) {
		return r.fail(WrongName, "the certificate is for another name")
	}
	return nil
}

// named is RFC 7672 §3.2.3: the common name counts where there are no DNS names.
func (r *Requirement) named(cert *x509.Certificate) bool {
	presented := &x509.Certificate{DNSNames: cert.DNSNames}
	if len(cert.DNSNames) == 0 {
		presented.DNSNames = []string{cert.Subject.CommonName}
	}
	return slices.ContainsFunc(r.Names, func(name string) bool { return presented.VerifyHostname(name) == nil })
}

// anchors collects the certificates that DANE-TA records vouch for: those of the
// server's chain, and the one in the record itself, which servers may leave out.
func anchors(records []resolver.TLSA, certs []*x509.Certificate) (pool *x509.CertPool, found bool) {
	pool = x509.NewCertPool()
	add := func(c *x509.Certificate) { pool.AddCert(c); found = true }
	for _, record := range records {
		if record.Usage != usageTA {
			continue
		}
		for _, c := range certs[1:] {
			if fits(record, c) {
				add(c)
			}
		}
		if record.Matching != matchFull {
			continue
		}
		if record.Selector == selectCert {
			if c, err := x509.ParseCertificate(record.Data); err == nil {
				add(c)
			}
			continue
		}
		for _, c := range certs {
			if signedBy(record.Data, c) {
				add(c)
			}
		}
	}
	return pool, found
}

// signedBy reports whether a bare key signed a certificate, which then stands in for
// the anchor that has only a key (RFC 7671 §5.2.2).
func signedBy(key []byte, c *x509.Certificate) bool {
	public, err := x509.ParsePKIXPublicKey(key)
	if err != nil {
		return false
	}
	issuer := &x509.Certificate{PublicKey: public}
	return issuer.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature) == nil
}

// fits reports whether a record is about a certificate (RFC 6698 §2.1.2, §2.1.3).
func fits(record resolver.TLSA, c *x509.Certificate) bool {
	selected := c.Raw
	switch record.Selector {
	case selectCert:
	case selectKey:
		selected = c.RawSubjectPublicKeyInfo
	default:
		return false
	}
	switch record.Matching {
	case matchFull:
		return len(selected) > 0 && bytes.Equal(record.Data, selected)
	case matchSHA256:
		sum := sha256.Sum256(selected)
		return bytes.Equal(record.Data, sum[:])
	case matchSHA512:
		sum := sha512.Sum512(selected)
		return bytes.Equal(record.Data, sum[:])
	}
	return false
}
