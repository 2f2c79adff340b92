package message

import (
	"time"

	"smtpserver/app/id"
)

// Stream separates mail that people wait for from mail to many.
type Stream string

// The two streams; they never share a queue position.
const (
	Transactional Stream = "transactional"
	Broadcast     Stream = "broadcast"
)

// Valid reports whether s is one of the two streams.
func (s Stream) Valid() bool { return s == Transactional || s == Broadcast }

// Message is one accepted e-mail.
type Message struct {
	AccountID       id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	ID              id.ID `gorm:"column:message_id;primaryKey"`
	Stream          Stream
	DomainID        id.ID
	CredentialID    *id.ID // nil: made by the product itself
	MailFrom        string // reverse-path the client gave; "" is the null path
	HeaderFrom      string
	Subject         string
	HeaderMessageID string
	Tag             string
	Metadata        map[string]string `gorm:"serializer:json"`
	Size            int64             // octets of Body.Content
	Recipients      int
	SMTPUTF8        bool `gorm:"column:smtputf8"`
	EightBit        bool
	DSNRet          string `gorm:"column:dsn_ret"`   // RFC 3461 §4.3: FULL, HDRS or ""
	DSNEnvID        string `gorm:"column:dsn_envid"` // RFC 3461 §4.4
	ClientIP        string `gorm:"column:client_ip"`
	ClientName      string
	ClientTLS       string `gorm:"column:client_tls"`
	CreatedAt       time.Time
	ExpiresAt       time.Time
	// ExpiresStrictly: the sender set the time (X-SMTPServer-Expires), and nothing is
	// tried after it. Otherwise a last try is made when the usual time is over.
	ExpiresStrictly  bool
	Track            string     // what X-SMTPServer-Track asked for; "" when nothing
	ContentRemovedAt *time.Time // nil while it is kept
	CampaignID       id.ID      // "": none
}

// TableName implements gorm's naming.
func (Message) TableName() string { return "messages" }
