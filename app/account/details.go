package account

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"smtpserver/app/account/taxid"
	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/mail/address"
)

// Details are who an account is, in law and on invoices. Empty texts are unknown.
type Details struct {
	LegalName          string
	RegistrationNumber string
	TaxNumber          string
	Country            string // ISO 3166-1 alpha-2
	Street             string
	Postcode           string
	City               string
	Region             string
	ContactName        string
	BillingEmail       string // "": the owner's
	TimeZone           string // IANA name
	Language           string
}

// Languages are those the service writes in.
var Languages = []string{"en"}

const maxDetail = 200

// Check returns the details trimmed and normalised, or an Invalid error that names the
// form fields.
func (d Details) Check() (Details, error) {
	fields := map[string]string{}
	for name, text := range d.texts() {
		*text = strings.TrimSpace(*text)
		switch {
		case utf8.RuneCountInString(*text) > maxDetail:
			fields[name] = "At most 200 characters, please."
		case !utf8.ValidString(*text), strings.ContainsFunc(*text, unicode.IsControl):
			fields[name] = "Use letters, digits, spaces and punctuation only."
		}
	}
	d.Country = strings.ToUpper(d.Country)
	if d.Country != "" && CountryName(d.Country) == "" {
		fields["country"] = "Choose a country from the list."
	}
	if d.TaxNumber != "" && d.Country == "" {
		fields["tax_number"] = "Choose the country first: each writes its numbers in its own way."
	} else if number, problem := taxid.Check(d.Country, d.TaxNumber); problem != "" {
		fields["tax_number"] = problem
	} else {
		d.TaxNumber = number
	}
	if m, err := address.Parse(d.BillingEmail); d.BillingEmail != "" && (err != nil || !m.IsASCII() || !strings.Contains(m.Domain, ".")) {
		fields["billing_email"] = "Enter a full e-mail address, like invoices@example.com."
	}
	if d.TimeZone == "" {
		d.TimeZone = "UTC"
	}
	if _, err := time.LoadLocation(d.TimeZone); err != nil || d.TimeZone == "Local" {
		fields["time_zone"] = "There is no such time zone. Names look like Europe/Berlin."
	}
	if d.Language == "" {
		d.Language = Languages[0]
	}
	if len(fields) > 0 {
		return d, &fault.Error{Kind: fault.Invalid, Safe: "Please check the account's details.", Fields: fields}
	}
	return d, nil
}

// texts are the form fields with what they hold.
func (d *Details) texts() map[string]*string {
	return map[string]*string{
		"legal_name": &d.LegalName, "registration_number": &d.RegistrationNumber, "tax_number": &d.TaxNumber, "country": &d.Country,
		"street": &d.Street, "postcode": &d.Postcode, "city": &d.City, "region": &d.Region, "contact_name": &d.ContactName,
		"billing_email": &d.BillingEmail, "time_zone": &d.TimeZone, "language": &d.Language,
	}
}

// values are the details as an audit event tells them.
func (d Details) values() audit.Values {
	v := audit.Values{}
	for name, text := range d.texts() {
		v[name] = *text
	}
	return v
}

// SetDetails saves the account's name, kind and details in one step.
func (s *Service) SetDetails(ctx context.Context, scope Scope, p Profile, d Details) error {
	p, profileErr := p.Check()
	d, err := d.Check()
	if fields := merge(fault.FieldsOf(profileErr), fault.FieldsOf(err)); len(fields) > 0 {
		return &fault.Error{Kind: fault.Invalid, Safe: "Please check the account's details.", Fields: fields}
	}
	err = s.inScope(ctx, scope, func(ctx context.Context) error {
		was, err := s.Details(ctx, scope)
		if err != nil {
			return err
		}
		if err := s.SetProfile(ctx, scope, p); err != nil {
			return err
		}
		if err := s.saveDetails(ctx, scope, d); err != nil {
			return err
		}
		before, after := audit.Changed(was.values(), d.values())
		if len(before)+len(after) == 0 {
			return nil
		}
		return s.audit.Record(ctx, scope, audit.Entry{Action: "account.details_changed", Object: audit.Object{ID: scope.AccountID(), Name: p.Name}, Before: before, After: after})
	})
	return asIs("set details", err)
}

func merge(a, b map[string]string) map[string]string {
	out := map[string]string{}
	for _, m := range []map[string]string{a, b} {
		for name, text := range m {
			out[name] = text
		}
	}
	return out
}
