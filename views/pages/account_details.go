package pages

import (
	"smtpserver/views/components"
	"smtpserver/views/layout"
)

// AccountDetails is who an account is (POST URLs().SettingsAccount()).
type AccountDetails struct {
	layout.Page
	AccountName, AccountKind     string
	LegalName, Registration, Tax string
	Country, Street, Postcode    string
	City, Region, Contact        string
	BillingEmail                 string
	TimeZone, Language           string
	Countries                    []components.Option
	OwnerEmail                   string
	Denied                       string
	Errors                       Errors
}

var detailsOrder = []string{
	"account_name", "account_kind", "legal_name", "registration_number", "country", "tax_number", "street", "postcode", "city", "region",
	"contact_name", "billing_email", "time_zone", "language",
}

func (v AccountDetails) field(f components.Field) components.Field {
	return f.With(v.Errors, detailsOrder...)
}

var languages = []components.Option{{Value: "en", Label: "English"}}
