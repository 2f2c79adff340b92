package dkim

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
)

// KeyBits is the size of our keys: Gmail and Yahoo ask for 1024, RFC 8301 advises 2048.
const KeyBits = 2048

// GenerateKey makes an RSA key: private as PKCS #8, public as PKIX.
func GenerateKey() (private, public []byte, err error) {
	key, err := rsa.GenerateKey(rand.Reader, KeyBits)
	if err != nil {
		return nil, nil, fmt.Errorf("dkim: make a key: %w", err)
	}
	if private, err = x509.MarshalPKCS8PrivateKey(key); err != nil {
		return nil, nil, fmt.Errorf("dkim: make a key: %w", err)
	}
	if public, err = x509.MarshalPKIXPublicKey(&key.PublicKey); err != nil {
		return nil, nil, fmt.Errorf("dkim: make a key: %w", err)
	}
	return private, public, nil
}

// Record returns the TXT value that publishes a public key (RFC 6376 §3.6.1).
func Record(public []byte) string {
	return "v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(public)
}

// RecordName returns where the record of a selector stands.
func RecordName(selector, domain string) string { return selector + "._domainkey." + domain }
