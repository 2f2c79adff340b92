package tlspolicy

import (
	"crypto/x509"
	"errors"
	"slices"
	"time"
)

// maxChain bounds the work that a server's certificates may cause.
const maxChain = 16

// verifyPKIX is RFC 8461 §4.2: valid by the web's PKI, for the name of the host.
func (r *Requirement) verifyPKIX(certs []*x509.Certificate, roots *x509.CertPool, now time.Time) error {
	if len(r.Names) == 0 {
		return r.unlisted()
	}
	if err := r.chain(certs, roots, now); err != nil {
		return err
	}
	if !slices.ContainsFunc(r.Names, func(name string) bool { return certs[0].VerifyHostname(name) == nil }) {
		return r.fail(WrongName, "the certificate is for another name")
	}
	return nil
}

func (r *Requirement) unlisted() *Error {
	return r.fail(Failed, "the domain's MTA-STS policy does not list this mail server")
}

// chain verifies a certificate up to one of the roots; names are not looked at.
func (r *Requirement) chain(certs []*x509.Certificate, roots *x509.CertPool, now time.Time) error {
	intermediates := x509.NewCertPool()
	for _, c := range certs[1:min(len(certs), maxChain)] {
		intermediates.AddCert(c)
	}
	_, err := certs[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: intermediates, CurrentTime: now})
	if err == nil {
		return nil
	}
	failure := r.fail(NotTrusted, "the certificate does not verify")
	failure.Cause = err
	var invalid x509.CertificateInvalidError
	var issuer x509.UnknownAuthorityError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && now.Before(invalid.Cert.NotBefore):
		failure.Detail = "the certificate is not valid yet"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		failure.Reason, failure.Detail = Expired, "the certificate has expired"
	case errors.As(err, &invalid) && invalid.Reason == x509.IncompatibleUsage:
		failure.Detail = "the certificate is not meant for servers"
	case errors.As(err, &issuer):
		failure.Detail = "the certificate's issuer is not known"
	}
	return failure
}
