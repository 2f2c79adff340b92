package submission

import (
	"time"

	"smtpserver/app/id"
	"smtpserver/app/mail/address"
	"smtpserver/app/message"
)

// Mail is a message as it came in.
type Mail struct {
	ID         id.ID           // zero: one is made; given where the content names it
	From       address.Mailbox // envelope; zero is the null path
	Recipients []Recipient
	Content    []byte // CRLF lines
	SMTPUTF8   bool
	Ret, EnvID string // RFC 3461
	Received   time.Time

	CredentialID id.ID
	OnlyDomain   id.ID          // zero: any proven domain
	OnlyStream   message.Stream // "": the message chooses
	ClientIP     string
	ClientName   string
	ClientTLS    string
}

// Recipient is one recipient of a Mail.
type Recipient struct {
	address.Mailbox
	Notify, ORCPT string
}

// Life of a delivery before it expires, and how far ahead a message may be scheduled.
const (
	lifetime    = 5 * 24 * time.Hour // RFC 5321 §4.5.4.1
	furthestOut = 30 * 24 * time.Hour
)
