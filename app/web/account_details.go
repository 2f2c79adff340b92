package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

type detailsForm struct {
	Name         string `form:"account_name"`
	Kind         string `form:"account_kind"`
	LegalName    string `form:"legal_name"`
	Registration string `form:"registration_number"`
	Tax          string `form:"tax_number"`
	Country      string `form:"country"`
	Street       string `form:"street"`
	Postcode     string `form:"postcode"`
	City         string `form:"city"`
	Region       string `form:"region"`
	Contact      string `form:"contact_name"`
	BillingEmail string `form:"billing_email"`
	TimeZone     string `form:"time_zone"`
	Language     string `form:"language"`
}

func (f detailsForm) details() account.Details {
	return account.Details{
		LegalName: f.LegalName, RegistrationNumber: f.Registration, TaxNumber: f.Tax, Country: f.Country, Street: f.Street, Postcode: f.Postcode, City: f.City,
		Region: f.Region, ContactName: f.Contact, BillingEmail: f.BillingEmail, TimeZone: f.TimeZone, Language: f.Language,
	}
}

// accountDetails shows who the account is.
func (s *Server) accountDetails(r *request) error {
	d, err := s.Accounts.Details(r.ctx, r.scope)
	if err != nil {
		return err
	}
	return s.showDetails(r, fiber.StatusOK, detailsForm{
		Name: r.account.Name, Kind: string(r.account.Kind), LegalName: d.LegalName, Registration: d.RegistrationNumber, Tax: d.TaxNumber, Country: d.Country,
		Street: d.Street, Postcode: d.Postcode, City: d.City, Region: d.Region, Contact: d.ContactName, BillingEmail: d.BillingEmail, TimeZone: d.TimeZone, Language: d.Language,
	}, nil)
}

// settingsAccountSave saves the account's name, kind and details.
func (s *Server) settingsAccountSave(r *request) error {
	var f detailsForm
	if err := r.bind(&f); err != nil {
		return err
	}
	err := s.Accounts.SetDetails(r.ctx, r.scope, account.Profile{Name: f.Name, Kind: account.Kind(f.Kind)}, f.details())
	if status, errs, ok := refusal(err); ok {
		return s.showDetails(r, status, f, errs)
	}
	if err != nil {
		return err
	}
	if err := r.flash(layout.Good, "The account is saved."); err != nil {
		return err
	}
	return r.redirect(r.urls().SettingsAccount())
}

func (s *Server) showDetails(r *request, status int, f detailsForm, errs pages.Errors) error {
	owner, err := s.Accounts.Owner(r.ctx, r.scope)
	if err != nil {
		return err
	}
	countries := append([]components.Option{{Label: "Choose a country"}}, countryOptions()...)
	return r.show(status, "Account", func(p layout.Page) view {
		p.Active = layout.NavSettings
		p.Breadcrumbs = []layout.Crumb{{Label: "Settings", URL: r.urls().Settings()}, {Label: "Account"}}
		return pages.AccountDetails{
			Page: p, AccountName: f.Name, AccountKind: f.Kind, LegalName: f.LegalName, Registration: f.Registration, Tax: f.Tax, Country: f.Country, Street: f.Street,
			Postcode: f.Postcode, City: f.City, Region: f.Region, Contact: f.Contact, BillingEmail: f.BillingEmail, TimeZone: f.TimeZone, Language: f.Language,
			Countries: countries, OwnerEmail: owner.Email, Denied: r.mayEdit(), Errors: errs,
		}
	})
}

// mayEdit is denied for the account's details, which need no confirmed address.
func (r *request) mayEdit() string {
	if !r.role.May(account.ManageProfile) {
		return r.role.WhyNot(account.ManageProfile)
	}
	return ""
}

// countryOptions are all countries.
func countryOptions() (options []components.Option) {
	for _, c := range account.Countries {
		options = append(options, components.Option{Value: c.Code, Label: c.Name})
	}
	return options
}
