package pages

import (
	"smtpserver/views/components"
	"smtpserver/views/layout"
)

// CredentialNew is the form (POST credentials). Fields: name, domain_id, stream, networks.
type CredentialNew struct {
	layout.Page
	Name      string
	DomainID  string
	Stream    string
	Networks  string
	Domains   []components.Option // value: id, label: name
	Errors    Errors
	NewDenied string
}
