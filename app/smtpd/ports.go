package smtpd

import (
	"context"
	"net/netip"
	"time"

	"smtpserver/app/id"
	"smtpserver/app/mail/address"
)

// Peer is the other end of a session.
type Peer struct {
	IP   netip.Addr
	Name string // EHLO argument
	TLS  string // "TLS 1.3 TLS_AES_128_GCM_SHA256"
}

// Authenticator knows credentials.
type Authenticator interface {
	// Authenticate returns what the credential's holder may do. fault.Unauthorized
	// means wrong, fault.Limited means too many failures; anything else is our fault.
	Authenticate(ctx context.Context, peer Peer, username, password string) (Sender, error)
}

// Sender is the authenticated side of a session. Valid is called while other methods
// run; every context ends when a client would no longer wait.
type Sender interface {
	AccountID() id.ID
	// Valid fails once the credential is revoked. It is asked often and must be cheap.
	Valid(ctx context.Context) error
	// MailFrom and Rcpt judge the envelope early; Accept judges again.
	MailFrom(ctx context.Context, from address.Mailbox) error
	Rcpt(ctx context.Context, to address.Mailbox) error
	// Accept stores the message durably and returns its id. The content has CRLF
	// lines, dots unstuffed, and belongs to Accept until it returns. When ctx ends
	// the client is answered 451 whatever Accept returns then, so it should store nothing.
	Accept(ctx context.Context, env Envelope, content []byte) (id.ID, error)
}

// Envelope is what MAIL and RCPT said.
type Envelope struct {
	From         address.Mailbox // zero: the null path
	Recipients   []Recipient
	SMTPUTF8     bool
	EightBitMIME bool
	Ret, EnvID   string // RFC 3461
	Peer         Peer
	Received     time.Time

	size int64 // as declared, 0: not
	idle int   // RCPTs that added nothing
}

// Recipient is one RCPT.
type Recipient struct {
	address.Mailbox
	Notify, ORCPT string // RFC 3461
}

// Metrics counts sessions; all methods are safe for concurrent use.
type Metrics interface {
	Connection(refused string) // "" when taken
	AuthFailed()
	Accepted(octets int)
	Refused(code int)
}

type noMetrics struct{}

func (noMetrics) Connection(string) {}
func (noMetrics) AuthFailed()       {}
func (noMetrics) Accepted(int)      {}
func (noMetrics) Refused(int)       {}
