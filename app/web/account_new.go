package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/identity"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

type furtherForm struct {
	Name     string `form:"account_name"`
	Kind     string `form:"account_kind"`
	Version  int    `form:"terms_version"`
	With     string `form:"terms_with"`
	Accepted bool   `form:"accept_terms"`
}

// accountNew shows the form for one more account.
func (s *Server) accountNew(r *request) error {
	return s.showAccountNew(r, fiber.StatusOK, furtherForm{}, nil)
}

// accountCreate opens it. Staff have none.
func (s *Server) accountCreate(r *request) error {
	if r.user.Staff {
		return fault.New(fault.Forbidden, "People of the operator own no accounts. Sign up with another address.")
	}
	var f furtherForm
	if err := r.bind(&f); err != nil {
		return err
	}
	opened, err := s.Identity.OpenAccount(r.ctx, r.user.ID, identity.FurtherAccount{
		Account: account.Profile{Name: f.Name, Kind: account.Kind(f.Kind)}, TermsVersion: f.Version, TermsWith: f.With, AcceptTerms: f.Accepted, Client: r.client(),
	})
	if status, errs, ok := refusal(err); ok {
		return s.showAccountNew(r, status, f, errs)
	}
	if err != nil {
		return err
	}
	if err := r.flash(layout.Good, "The account "+opened.Name+" is open."); err != nil {
		return err
	}
	return r.redirect(urls.Account(opened.Slug).Dashboard())
}

func (s *Server) showAccountNew(r *request, status int, f furtherForm, errs pages.Errors) error {
	agreement, err := s.agreement(r)
	if err != nil {
		return err
	}
	return r.show(status, "Open another account", func(p layout.Page) view {
		return pages.AccountNew{Page: p, AccountName: f.Name, AccountKind: f.Kind, Accepted: f.Accepted && agreement.Is(f.Version, f.With), Terms: agreement, Errors: errs}
	})
}
