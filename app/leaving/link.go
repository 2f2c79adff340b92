package leaving

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"

	"smtpserver/app/id"
	"smtpserver/app/secret"
)

// Path begins the path of every link.
const Path = "/u/"

// Links makes and reads the links by which people leave. Safe for concurrent use.
type Links struct {
	signer *secret.Signer
	public *url.URL
}

// NewLinks returns links below the public URL.
func NewLinks(box *secret.Box, public *url.URL) (*Links, error) {
	signer, err := box.Signer("leaving")
	if err != nil {
		return nil, fmt.Errorf("leaving: %w", err)
	}
	return &Links{signer, public}, nil
}

// URLs returns the link of a message to one person, for List-Unsubscribe and for a button,
// and the place on its page where they choose what they get. Host is the tracking host of
// the domain; "" is ours.
func (l *Links) URLs(accountID, messageID id.ID, host string) (unsubscribe, preferences string, err error) {
	named := append(accountID.Octets(), messageID.Octets()...)
	if len(named) != named16 {
		return "", "", fmt.Errorf("leaving: no message: %q of %q", messageID, accountID)
	}
	u := *l.public
	if host != "" {
		u.Host = host
		if port := l.public.Port(); port != "" {
			u.Host += ":" + port
		}
	}
	address := u.JoinPath(Path, base64.RawURLEncoding.EncodeToString(append(named, l.signer.Sign(named)...))).String()
	return address, address + "#choose", nil
}

const named16 = 32 // octets of the two ids

var strict = base64.RawURLEncoding.Strict() // refuses a second spelling

// open returns the message that a token names; ok is false when it is none of ours.
func (l *Links) open(token string) (accountID, messageID id.ID, ok bool) {
	if strings.ContainsAny(token, "\r\n") { // which the decoder would skip
		return "", "", false
	}
	b, err := strict.DecodeString(token)
	if err != nil || len(b) != named16+secret.SignatureLength || !l.signer.Verify(b[:named16], b[named16:]) {
		return "", "", false
	}
	return id.FromOctets([16]byte(b[:16])), id.FromOctets([16]byte(b[16:named16])), true
}
