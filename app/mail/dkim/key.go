package dkim

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
)

// KeyBits is the size of our RSA keys: signers should use 2048, and receivers need
// not take more (RFC 8301 §3.2).
const KeyBits = 2048

// GenerateRSA makes an RSA key: private as PKCS #8, public as PKIX.
func GenerateRSA() (private, public []byte, err error) {
	key, err := rsa.GenerateKey(rand.Reader, KeyBits)
	if err != nil {
		return nil, nil, fmt.Errorf("dkim: make a key: %w", err)
	}
	return marshal(key)
}

// GenerateEd25519 makes a key for a second signature, in the same forms.
func GenerateEd25519() (private, public []byte, err error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("dkim: make a key: %w", err)
	}
	return marshal(key)
}

func marshal(key crypto.Signer) (private, public []byte, err error) {
	if private, err = x509.MarshalPKCS8PrivateKey(key); err != nil {
		return nil, nil, fmt.Errorf("dkim: make a key: %w", err)
	}
	if public, err = x509.MarshalPKIXPublicKey(key.Public()); err != nil {
		return nil, nil, fmt.Errorf("dkim: make a key: %w", err)
	}
	return private, public, nil
}

// ParseKey reads a private key made here.
func ParseKey(private []byte) (crypto.Signer, error) {
	key, err := x509.ParsePKCS8PrivateKey(private)
	if err != nil {
		return nil, errors.New("dkim: the private key is not PKCS #8") // the cause could print key material
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, errors.New("dkim: the private key cannot sign")
	}
	return signer, nil
}
