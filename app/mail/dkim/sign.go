package dkim

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"smtpserver/app/mail/hdr"
)

// signed lists the fields that are signed when present (RFC 6376 §5.4.1, plus
// the list fields that RFC 8058 §4 wants covered).
var signed = []string{
	"From", "To", "Cc", "Subject", "Date", "Message-ID", "Reply-To", "Sender", "In-Reply-To", "References",
	"MIME-Version", "Content-Type", "Content-Transfer-Encoding", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Id",
	"Auto-Submitted", "Feedback-ID",
}

// Signer signs for one domain and selector. Safe for concurrent use.
type Signer struct {
	domain, selector string
	key              *rsa.PrivateKey
}

// NewSigner takes an RSA private key.
func NewSigner(domain, selector string, key crypto.Signer) (*Signer, error) {
	private, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, errors.New("dkim: the private key is not RSA")
	}
	private.Precompute()
	return &Signer{domain, selector, private}, nil
}

// Selector returns the selector it signs with.
func (s *Signer) Selector() string { return s.selector }

// Domain returns the domain it signs for.
func (s *Signer) Domain() string { return s.domain }

// Sign returns the DKIM-Signature field, CRLF included, for a message with CRLF
// lines. It goes before the message. now becomes t=.
func (s *Signer) Sign(message []byte, now time.Time) ([]byte, error) {
	section, body, err := header.Parse(message)
	if err != nil {
		return nil, fmt.Errorf("dkim: %w", err)
	}
	names, canonical := selectFields(section)
	bodyHash := sha256.New()
	hashBody(bodyHash, body)
	field := s.unsigned(names, bodyHash.Sum(nil), now)
	canonical = appendField(canonical, field) // RFC 6376 §3.7: with empty b=, without CRLF
	digest := sha256.Sum256(canonical)
	signature, err := rsa.SignPKCS1v15(nil, s.key, crypto.SHA256, digest[:])
	if err != nil {
		return nil, fmt.Errorf("dkim: sign: %w", err)
	}
	return appendFolded(field, base64.StdEncoding.EncodeToString(signature)), nil
}

// selectFields returns the h= names and the canonical fields in that order. When
// a name occurs several times the last goes first (RFC 6376 §5.4.2).
func selectFields(section *header.Section) (names []string, canonical []byte) {
	canonical = make([]byte, 0, 2048)
	for _, name := range signed {
		for i := len(section.Fields) - 1; i >= 0; i-- {
			if f := section.Fields[i]; len(f.Name) == len(name) && strings.EqualFold(f.Name, name) {
				names = append(names, name)
				canonical = append(appendField(canonical, f.Raw), '\r', '\n')
			}
		}
	}
	return append(names, "From"), canonical // once more than present: RFC 6376 §8.15
}

func (s *Signer) unsigned(names []string, bodyHash []byte, now time.Time) []byte {
	var b bytes.Buffer
	b.WriteString("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=" + s.domain + ";\r\n s=" + s.selector)
	b.WriteString("; t=" + strconv.FormatInt(now.Unix(), 10) + ";\r\n h=")
	width := 3
	for i, n := range names {
		if i > 0 {
			b.WriteByte(':')
		}
		if width += len(n) + 1; width > 74 {
			b.WriteString("\r\n ")
			width = len(n) + 2
		}
		b.WriteString(n)
	}
	b.WriteString(";\r\n bh=" + base64.StdEncoding.EncodeToString(bodyHash) + ";\r\n b=")
	return b.Bytes()
}

// appendFolded appends the signature in lines of 72 characters and ends the field.
func appendFolded(field []byte, signature string) []byte {
	for len(signature) > 72 {
		field = append(append(field, signature[:72]...), "\r\n "...)
		signature = signature[72:]
	}
	return append(append(field, signature...), '\r', '\n')
}
