package pages

import (
	"smtpserver/views/layout"
)

// CredentialShow is the same page later, without the secret.
type CredentialShow struct {
	layout.Page
	CredentialRow
	Connection Connection
	Test       TestSend
}
