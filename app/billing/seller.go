package billing

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"smtpserver/app/account"
	"smtpserver/app/account/taxid"
	"smtpserver/app/fault"
)

const (
	maxText = 200
	maxBank = 600
	mostDue = 90 // days
)

// Check returns the seller tidied, or an Invalid error that names form fields.
func (s Seller) Check() (Seller, error) {
	fields := map[string]string{}
	for name, text := range map[string]*string{
		"name": &s.Name, "street": &s.Street, "postcode": &s.Postcode, "city": &s.City, "region": &s.Region, "country": &s.Country, "tax_number": &s.TaxNumber, "email": &s.Email,
	} {
		if *text = strings.Join(strings.Fields(*text), " "); utf8.RuneCountInString(*text) > maxText {
			fields[name] = fmt.Sprintf("At most %d characters, please.", maxText)
		}
	}
	s.Country, s.Bank, s.Business = strings.ToUpper(s.Country), strings.TrimSpace(s.Bank), true
	if s.Name == "" {
		fields["name"] = "The name under which you sell."
	}
	if account.CountryName(s.Country) == "" {
		fields["country"] = "Choose the country you sell from."
	}
	if s.TaxNumber != "" {
		number, problem := taxid.Check(s.Country, s.TaxNumber)
		if s.TaxNumber = number; problem != "" {
			fields["tax_number"] = problem
		}
	}
	if utf8.RuneCountInString(s.Bank) > maxBank {
		fields["bank"] = fmt.Sprintf("At most %d characters, please.", maxBank)
	}
	if s.DueDays < 0 || s.DueDays > mostDue {
		fields["due_days"] = fmt.Sprintf("0 to %d days.", mostDue)
	}
	for country, rate := range s.Rates {
		if account.CountryName(country) == "" || rate < 0 || rate > 5000 {
			fields["rates"] = "One line for each country: its code and the rate in per cent, like DE 19."
		}
	}
	if len(fields) > 0 {
		return s, &fault.Error{Kind: fault.Invalid, Safe: "Please check what is marked.", Fields: fields}
	}
	return s, nil
}
