package tlspolicy

import (
	"crypto/tls"
	"crypto/x509"
	"time"

	"smtpserver/app/mail/resolver"
)

// Mode is how much a connection must prove; more is greater.
type Mode int

// The modes.
const (
	Opportunistic Mode = iota // TLS when the server has it (RFC 7435)
	Encrypted                 // TLS, with any certificate
	Verified                  // TLS, with a certificate of the web's PKI for one of Names
	DANE                      // TLS, with a certificate that fits one of TLSA
)

// String names the mode in words.
func (m Mode) String() string {
	return [...]string{"opportunistic", "encrypted", "verified", "DANE"}[m]
}

// Requirement is what a connection to one host must prove before mail may go over
// it. The zero value asks for nothing.
type Requirement struct {
	Mode Mode
	SNI  string // the name to ask for; "" means the host's own
	// Names are those that the certificate may be for. With DANE they matter only to
	// records of usage DANE-TA. None at all fits nothing.
	Names []string
	TLSA  []resolver.TLSA // usable ones
	// Trial: the policy is being tested (RFC 8461 §3.2). What it asks is in Names,
	// and is checked and reported, but not enforced.
	Trial   bool
	Applied Applied
}

// Verify judges a finished handshake, by the roots (nil means the system's) and the
// time where certificates of the web's PKI are asked for. An error is an *Error. That
// of a Trial is to be reported, no more.
func (r *Requirement) Verify(cs *tls.ConnectionState, roots *x509.CertPool, now time.Time) error {
	asks := r.Mode >= Encrypted || r.Trial
	switch {
	case asks && cs.Version < tls.VersionTLS12:
		return r.fail(Failed, "the server knows no TLS newer than "+tls.VersionName(cs.Version))
	case asks && len(cs.PeerCertificates) == 0:
		return r.fail(NotTrusted, "the server showed no certificate")
	case r.Mode == DANE:
		return r.verifyDANE(cs.PeerCertificates, now)
	case r.Mode == Verified || r.Trial:
		return r.verifyPKIX(cs.PeerCertificates, roots, now)
	}
	return nil
}

func (r *Requirement) fail(reason Reason, detail string) *Error {
	return &Error{Applied: r.Applied, Reason: reason, Detail: detail}
}
