package smtpclient

import (
	"crypto/tls"
	"crypto/x509"
)

// certificateValid judges a certificate that was not required to be valid.
func certificateValid(state tls.ConnectionState, host string, config *tls.Config) bool {
	if len(state.PeerCertificates) == 0 {
		return false
	}
	intermediates := x509.NewCertPool()
	for _, c := range state.PeerCertificates[1:] {
		intermediates.AddCert(c)
	}
	_, err := state.PeerCertificates[0].Verify(x509.VerifyOptions{DNSName: host, Roots: config.RootCAs, Intermediates: intermediates})
	return err == nil
}
