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

type completeForm struct {
	Name        string `form:"name"`
	AccountName string `form:"account_name"`
	AccountKind string `form:"account_kind"`
	Version     int    `form:"terms_version"`
	With        string `form:"terms_with"`
	Accepted    bool   `form:"accept_terms"`
}

// signupComplete asks whom a provider vouched for to name the account and to accept
// the terms.
func (s *Server) signupComplete(r *request) error {
	x, err := s.Identity.Completion(r.ctx, r.token(roundCookie))
	if fault.Is(err, fault.NotFound) {
		return r.redirect(urls.Signup)
	}
	if err != nil {
		return err
	}
	return s.showComplete(r, fiber.StatusOK, x, completeForm{Name: x.Name}, nil)
}

// signupCompleteCreate makes the account and signs in.
func (s *Server) signupCompleteCreate(r *request) error {
	if s.cfg.SignUpClosed {
		return fault.New(fault.Forbidden, signUpClosed)
	}
	var f completeForm
	if err := r.bind(&f); err != nil {
		return err
	}
	token := r.token(roundCookie)
	x, err := s.Identity.Completion(r.ctx, token)
	if fault.Is(err, fault.NotFound) {
		if err := r.flash(layout.Warn, fault.SafeText(err)); err != nil {
			return err
		}
		return r.redirect(urls.Signup)
	}
	if err != nil {
		return err
	}
	in, err := s.Identity.CompleteSignUp(r.ctx, token, identity.SignUpForm{
		Name: f.Name, TermsVersion: f.Version, TermsWith: f.With, AcceptTerms: f.Accepted,
		Account: account.Profile{Name: f.AccountName, Kind: account.Kind(f.AccountKind)}, Client: r.client(),
	}, r.sessionToken)
	if fault.Is(err, fault.Conflict) {
		return s.showComplete(r, fiber.StatusConflict, x, f, pages.Errors{"": s.labelOf(x.Provider) + " " + fault.SafeText(err)})
	}
	if status, errs, ok := refusal(err); ok {
		return s.showComplete(r, status, x, f, errs)
	}
	if err != nil {
		return err
	}
	r.setCookie(roundCookie, "", 0)
	return r.enter(in, urls.Accounts)
}

func (s *Server) labelOf(provider string) string {
	if p := s.provider(provider); p != nil {
		return p.Label
	}
	return provider
}

func (s *Server) showComplete(r *request, status int, x identity.External, f completeForm, errs pages.Errors) error {
	agreement, err := s.agreement(r)
	if err != nil {
		return err
	}
	return r.show(status, "Sign up", func(p layout.Page) view {
		return pages.SignupComplete{
			Page: p, Provider: s.labelOf(x.Provider), Email: x.Email, Name: f.Name, AccountName: f.AccountName, AccountKind: f.AccountKind,
			Accepted: f.Accepted && agreement.Is(f.Version, f.With), Terms: agreement, Errors: errs,
		}
	})
}
