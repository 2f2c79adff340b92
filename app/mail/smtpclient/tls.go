package smtpclient

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"time"
)

// TLSInfo is the encryption of a connection; the zero value means none.
type TLSInfo struct {
	Version, Cipher string
	Verified        bool   // the certificate is valid for the host
	Problem         string // why it is not
}

// String words it for people.
func (i TLSInfo) String() string {
	switch {
	case i.Version == "":
		return "none"
	case i.Verified:
		return i.Version + " " + i.Cipher + ", certificate valid"
	}
	return i.Version + " " + i.Cipher + ", certificate not valid: " + i.Problem
}

// handshake encrypts. The certificate is judged in any case and the verdict kept.
func (c *Conn) handshake(verify bool) error {
	config := &tls.Config{}
	if c.dialer.TLS != nil {
		config = c.dialer.TLS.Clone()
	}
	config.ServerName = c.host
	config.MinVersion = max(config.MinVersion, tls.VersionTLS12)
	config.InsecureSkipVerify = !verify // opportunistic TLS takes any certificate (RFC 7435)
	if err := c.tcp.SetDeadline(time.Now().Add(c.timeouts.Command)); err != nil {
		return c.fail(err)
	}
	conn := tls.Client(c.tcp, config)
	if err := conn.Handshake(); err != nil {
		c.transcript.note("TLS failed: " + plain(err))
		return fmt.Errorf("%w: %w", ErrTLS, c.fail(err))
	}
	state := conn.ConnectionState()
	c.tls = TLSInfo{Version: tls.VersionName(state.Version), Cipher: tls.CipherSuiteName(state.CipherSuite)}
	c.tls.Problem = certificateProblem(state, c.host, config)
	c.tls.Verified = c.tls.Problem == ""
	c.transcript.note(c.tls.String())
	c.conn = conn
	c.br.Reset(conn)
	return nil
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
