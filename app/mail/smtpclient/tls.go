package smtpclient

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"time"

	"smtpserver/app/mail/tlspolicy"
)

// TLSInfo is the encryption of a connection; the zero value means none.
type TLSInfo struct {
	Version, Cipher string
	Verified        bool   // the certificate is valid for the host
	Problem         string // why it is not
	DANE            bool   // it is valid by a TLSA record, whatever else is said of it
}

// String words it for people.
func (i TLSInfo) String() string {
	switch {
	case i.Version == "":
		return "none"
	case i.DANE:
		return i.Version + " " + i.Cipher + ", certificate valid by DANE"
	case i.Verified:
		return i.Version + " " + i.Cipher + ", certificate valid"
	}
	return i.Version + " " + i.Cipher + ", certificate not valid: " + i.Problem
}

// tlsError is how encryption failed. It is ErrTLS.
type tlsError struct {
	reason tlspolicy.Reason
	detail string
	cause  error
}

func (e *tlsError) Error() string        { return ErrTLS.Error() + ": " + e.detail }
func (e *tlsError) Is(target error) bool { return target == ErrTLS }
func (e *tlsError) Unwrap() error        { return e.cause }

// handshake encrypts. The certificate is judged in any case and the verdict kept.
func (c *Conn) handshake(verify bool) error {
	if err := c.tcp.SetDeadline(time.Now().Add(c.timeouts.Command)); err != nil {
		return c.fail(err)
	}
	config := c.tlsConfig(verify)
	conn := tls.Client(c.tcp, config)
	if err := conn.Handshake(); err != nil {
		c.broken = true
		var judged *tlspolicy.Error
		if errors.As(err, &judged) {
			return &tlsError{judged.Reason, judged.Detail, judged.Cause}
		}
		return &tlsError{tlspolicy.Failed, plain(err), c.fail(err)}
	}
	state := conn.ConnectionState()
	c.tls = TLSInfo{Version: tls.VersionName(state.Version), Cipher: tls.CipherSuiteName(state.CipherSuite)}
	c.tls.Problem = certificateProblem(state, c.host, config)
	c.tls.DANE = c.policy.Mode == tlspolicy.DANE
	c.tls.Verified = c.tls.Problem == "" || c.policy.Mode >= tlspolicy.Verified
	c.transcript.note(c.tls.String())
	if c.policy.Trial {
		_ = errors.As(c.policy.Verify(&state, c.roots(), c.now()), &c.trial) // noted only
	}
	c.conn = conn
	c.br.Reset(conn)
	return nil
}

func (c *Conn) tlsConfig(verify bool) *tls.Config {
	config := &tls.Config{}
	if c.dialer.TLS != nil {
		config = c.dialer.TLS.Clone()
	}
	config.ServerName = cmp.Or(c.policy.SNI, c.host)
	config.MinVersion = max(config.MinVersion, tls.VersionTLS12)
	config.InsecureSkipVerify = !verify // opportunistic TLS takes any certificate (RFC 7435)
	if c.policy.Mode >= tlspolicy.Encrypted {
		// It runs before our side of the handshake ends, for resumed sessions, too.
		config.VerifyConnection = func(state tls.ConnectionState) error {
			return c.policy.Verify(&state, c.roots(), c.now())
		}
	}
	return config
}

// certificateProblem judges a certificate that was not required to be valid.
func certificateProblem(state tls.ConnectionState, host string, config *tls.Config) string {
	if len(state.VerifiedChains) > 0 {
		return ""
	}
	if len(state.PeerCertificates) == 0 {
		return "none was shown"
	}
	intermediates := x509.NewCertPool()
	for _, cert := range state.PeerCertificates[1:] {
		intermediates.AddCert(cert)
	}
	_, err := state.PeerCertificates[0].Verify(x509.VerifyOptions{DNSName: host, Roots: config.RootCAs, Intermediates: intermediates})
	var issuer x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &name):
		return "it is for another name"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "it is not within its dates"
	case errors.As(err, &issuer):
		return "its issuer is not known"
	}
	return "it does not verify"
}
