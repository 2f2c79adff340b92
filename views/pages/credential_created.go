package pages

import (
	"smtpserver/views/layout"
)

// CredentialCreated shows the secret, once, and how to use it.
type CredentialCreated struct {
	layout.Page
	ID         string
	Secret     string
	Connection Connection
	Test       TestSend
	Stream     string
	Domain     string
	Networks   string
}
