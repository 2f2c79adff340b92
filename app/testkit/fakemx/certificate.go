package fakemx

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"testing"
	"time"
)

// Certificate is MakeCertificate for tests.
func Certificate(t testing.TB, valid time.Duration, names ...string) (*tls.Config, *x509.CertPool) {
	t.Helper()
	config, pool, err := MakeCertificate(valid, names...)
	if err != nil {
		t.Fatal(err)
	}
	return config, pool
}

// MakeCertificate makes a self-signed certificate for the names, valid from an hour
// ago for the given time (negative: expired), and a pool that trusts it. Who does
// not use the pool sees a certificate of an unknown issuer.
func MakeCertificate(valid time.Duration, names ...string) (*tls.Config, *x509.CertPool, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("fakemx: key: %w", err)
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "fakemx"}, DNSNames: names,
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(valid), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, nil, fmt.Errorf("fakemx: certificate: %w", err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, nil, fmt.Errorf("fakemx: certificate: %w", err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}, pool, nil
}

// OldTLS returns the configuration of a server that knows nothing newer than TLS 1.1.
func OldTLS(c *tls.Config) *tls.Config {
	old := c.Clone()
	old.MinVersion, old.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
	return old
}
