package dkim

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"smtpserver/app/mail/header"
)

// Signer signs for one domain and selector. Safe for concurrent use.
type Signer struct {
	domain, selector string
	algorithm        string
	key              crypto.Signer
	life             time.Duration
}

// NewSigner takes an RSA private key of 1024 bits or more, or an Ed25519 one.
func NewSigner(domain, selector string, key crypto.Signer) (*Signer, error) {
	if !dotted(domain) || !dotted(selector) {
		return nil, fmt.Errorf("dkim: %q or %q is no domain name", domain, selector)
	}
	s := &Signer{domain: domain, selector: selector, key: key}
	switch k := key.(type) {
	case *rsa.PrivateKey:
		if k.N.BitLen() < 1024 { // RFC 8301 §3.2
			return nil, errors.New("dkim: the private key is shorter than 1024 bits")
		}
		k.Precompute()
		s.algorithm = "rsa-sha256"
	case ed25519.PrivateKey:
		s.algorithm = "ed25519-sha256"
	default:
		return nil, errors.New("dkim: the private key is neither RSA nor Ed25519")
	}
	return s, nil
}

// dotted reports whether s may stand as a domain or selector in a tag: A-labels.
func dotted(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == "" && s[0] != '.'
}

// WithLife returns a signer whose signatures expire (x=) a while after they were
// made. It must be longer than the queue keeps a message; without one they stay
// valid for as long as the key is published.
func (s *Signer) WithLife(life time.Duration) *Signer {
	c := *s
	c.life = life
	return &c
}

// Selector returns the selector it signs with.
func (s *Signer) Selector() string { return s.selector }

// Domain returns the domain it signs for.
func (s *Signer) Domain() string { return s.domain }

// Sign returns the DKIM-Signature field, CRLF included, for a message with CRLF
// lines. It goes before the message. now becomes t=, in whole seconds, rounded down:
// receivers may refuse a signature from the future (RFC 6376 §3.5).
func (s *Signer) Sign(message []byte, now time.Time) ([]byte, error) {
	return SignAll(message, now, s)
}

// SignAll returns the fields of several signers for a message that is read once,
// for example the customer's domain and our own.
func SignAll(message []byte, now time.Time, signers ...*Signer) ([]byte, error) {
	section, body, err := header.Parse(message)
	if err != nil {
		return nil, fmt.Errorf("dkim: %w", err)
	}
	names, canonical := selectFields(section)
	bodyHash := sha256.New()
	hashBody(bodyHash, body)
	sum := base64.StdEncoding.EncodeToString(bodyHash.Sum(nil))
	var out []byte
	for _, s := range signers {
		field, err := s.sign(names, canonical, sum, now)
		if err != nil {
			return nil, err
		}
		out = append(out, field...)
	}
	return out, nil
}

// sign makes one field. canonical has room behind it that it may write to.
func (s *Signer) sign(names []string, canonical []byte, bodyHash string, now time.Time) ([]byte, error) {
	field := s.unsigned(names, bodyHash, now)
	digest := sha256.Sum256(appendField(canonical, field)) // RFC 6376 §3.7: with empty b=, without CRLF
	var signature []byte
	var err error
	switch key := s.key.(type) {
	case *rsa.PrivateKey:
		signature, err = rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
	default: // RFC 8463 §3: Ed25519 of the hash
		signature, err = key.Sign(nil, digest[:], crypto.Hash(0))
	}
	if err != nil {
		return nil, fmt.Errorf("dkim: sign: %w", err)
	}
	return appendFolded(field, base64.StdEncoding.EncodeToString(signature)), nil
}

// unsigned returns the field up to "b=".
func (s *Signer) unsigned(names []string, bodyHash string, now time.Time) []byte {
	b := make([]byte, 0, 1024)
	b = append(b, "DKIM-Signature: v=1; a="+s.algorithm+"; c=relaxed/relaxed; d="+s.domain+";\r\n s="+s.selector+"; t="...)
	b = strconv.AppendInt(b, now.Unix(), 10)
	if s.life > 0 {
		b = strconv.AppendInt(append(b, "; x="...), now.Add(s.life).Unix(), 10)
	}
	b = append(b, ";\r\n h="...)
	width := 3
	for i, n := range names {
		if i > 0 {
			b = append(b, ':')
		}
		if width += len(n) + 1; width > 74 {
			b = append(b, "\r\n "...)
			width = len(n) + 2
		}
		b = append(b, n...)
	}
	return append(b, ";\r\n bh="+bodyHash+";\r\n b="...)
}

// appendFolded appends the signature in lines of 72 characters and ends the field.
func appendFolded(field []byte, signature string) []byte {
	for len(signature) > 72 {
		field = append(append(field, signature[:72]...), "\r\n "...)
		signature = signature[72:]
	}
	return append(append(field, signature...), '\r', '\n')
}
