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

const signUpClosed = "This service takes no new sign-ups at the moment. Ask its operator for an invitation."

// signupForm is what the form posts; see the contract.
type signupForm struct {
	Name        string `form:"name"`
	Email       string `form:"email"`
	Password    string `form:"password"`
	AccountName string `form:"account_name"`
	AccountKind string `form:"account_kind"`
	Version     int    `form:"terms_version"`
	With        string `form:"terms_with"`
	Accepted    bool   `form:"accept_terms"`
}

// signupNew shows the form.
func (s *Server) signupNew(r *request) error {
	if r.signedIn() {
		return r.redirect("/a")
	}
	return s.showSignup(r, fiber.StatusOK, signupForm{}, nil)
}

// signupCreate signs somebody up. Its answer does not tell whether the address was
// known before: the rest happens by mail.
func (s *Server) signupCreate(r *request) error {
	if s.cfg.SignUpClosed {
		return fault.New(fault.Forbidden, signUpClosed)
	}
	var f signupForm
	if err := r.bind(&f); err != nil {
		return err
	}
	err := s.Identity.SignUp(r.ctx, identity.SignUpForm{
		Name: f.Name, Email: f.Email, Password: f.Password, TermsVersion: f.Version, TermsWith: f.With, AcceptTerms: f.Accepted,
		Account: account.Profile{Name: f.AccountName, Kind: account.Kind(f.AccountKind)}, Client: r.client(),
	})
	if status, errs, ok := refusal(err); ok {
		return s.showSignup(r, status, f, errs)
	}
	if err != nil {
		return err
	}
	if err := r.setNote(newcomerCookie, f.Email); err != nil {
		return err
	}
	return r.redirect(urls.Confirm)
}

// showSignup shows the form with the terms in force, which may have changed since
// it was filled in: then the box must be ticked anew.
func (s *Server) showSignup(r *request, status int, f signupForm, errs pages.Errors) error {
	agreement, err := s.agreement(r)
	if err != nil {
		return err
	}
	return r.show(status, "Sign up", func(p layout.Page) view {
		page := pages.SignupNew{
			Page: p, Name: f.Name, Email: f.Email, AccountName: f.AccountName, AccountKind: f.AccountKind,
			Accepted: f.Accepted && agreement.Is(f.Version, f.With), Terms: agreement, MinPassword: identity.MinPassword, Errors: errs,
			Providers: s.providerButtons(""),
		}
		if s.cfg.SignUpClosed {
			page.Closed = signUpClosed
		}
		return page
	})
}
