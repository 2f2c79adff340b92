package tracking

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/url"
	"strings"

	"smtpserver/app/id"
	"smtpserver/app/secret"
)

// Kind is what was visited.
type Kind string

// The kinds.
const (
	Open  Kind = "open"
	Click Kind = "click"
)

// Honeypot is the number of the link that no person sees; others count from 1.
const Honeypot = 0xffff

// Target is what a token names.
type Target struct {
	AccountID, MessageID id.ID
	Kind                 Kind
	Link                 int    // of a click, in the order of the mail
	URL                  string // where it leads; "" for opens and the honeypot
}

// MaxURL bounds a link that is marked, in octets; a longer one is left as it is. A token
// is at most maxToken long.
const (
	MaxURL   = 4000
	maxToken = (fixed+MaxURL+secret.SignatureLength)*4/3 + 4
)

// A token is base64url without padding of: the version and kind, the account, the message,
// the number of the link, the address; then the signature.
const (
	fixed        = 1 + 16 + 16 + 2
	versionOpen  = 0x11
	versionClick = 0x12
)

type tokens struct{ signer *secret.Signer }

func newTokens(box *secret.Box) (*tokens, error) {
	signer, err := box.Signer("tracking")
	if err != nil {
		return nil, fmt.Errorf("tracking: %w", err)
	}
	return &tokens{signer}, nil
}

func (t *tokens) seal(target Target) string {
	b := make([]byte, 1, fixed+len(target.URL)+secret.SignatureLength)
	b[0] = versionOpen
	if target.Kind == Click {
		b[0] = versionClick
	}
	b = append(append(b, target.AccountID.Octets()...), target.MessageID.Octets()...)
	b = binary.BigEndian.AppendUint16(b, uint16(target.Link)) //nolint:gosec // links are numbered below mostLinks
	b = append(b, target.URL...)
	return base64.RawURLEncoding.EncodeToString(append(b, t.signer.Sign(b)...))
}

// strict refuses a second spelling of the same octets.
var strict = base64.RawURLEncoding.Strict()

// open returns what a token of ours names; ok is false for anything else.
func (t *tokens) open(kind Kind, token string) (target Target, ok bool) {
	if len(token) > maxToken || strings.ContainsAny(token, "\r\n") { // which the decoder would skip
		return target, false
	}
	b, err := strict.DecodeString(token)
	if err != nil || len(b) < fixed+secret.SignatureLength {
		return target, false
	}
	b, signature := b[:len(b)-secret.SignatureLength], b[len(b)-secret.SignatureLength:]
	if !t.signer.Verify(b, signature) {
		return target, false
	}
	target = Target{
		Kind: Open, AccountID: id.FromOctets([16]byte(b[1:17])), MessageID: id.FromOctets([16]byte(b[17:33])),
		Link: int(binary.BigEndian.Uint16(b[33:fixed])), URL: string(b[fixed:]),
	}
	if b[0] == versionClick {
		target.Kind = Click
	} else if b[0] != versionOpen {
		return target, false
	}
	// Nothing else was signed; but what leads people away is looked at twice.
	return target, target.Kind == kind && (target.URL == "" || leadsOut(target.URL))
}

// leadsOut reports whether an address is one that a link may lead to: http or https, to a
// host, without anything that programs read differently.
func leadsOut(address string) bool {
	if len(address) > MaxURL || strings.ContainsFunc(address, func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f || r == '\uFFFD' }) {
		return false
	}
	u, err := url.Parse(address)
	return err == nil && (strings.EqualFold(u.Scheme, "http") || strings.EqualFold(u.Scheme, "https")) && u.Host != "" && u.Opaque == ""
}
