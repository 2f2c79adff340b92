package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/fault"
	"smtpserver/app/identity"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

type secondForm struct {
	Code     string `form:"code"`
	Recovery string `form:"recovery_code"`
	Next     string `form:"next"`
}

// loginSecond asks for the second factor.
func (s *Server) loginSecond(r *request) error {
	return s.showSecond(r, fiber.StatusOK, secondForm{Next: localPath(r.query("next"), "")}, nil)
}

// loginSecondCreate checks it and signs in.
func (s *Server) loginSecondCreate(r *request) error {
	var f secondForm
	if err := r.bind(&f); err != nil {
		return err
	}
	f.Next = localPath(f.Next, "")
	in, err := s.Identity.FinishSecondStep(r.ctx, r.token(stepCookie), identity.SecondAnswer{
		Code: f.Code, Recovery: f.Recovery, Client: r.client(), Replaces: r.sessionToken,
	})
	if fault.Is(err, fault.NotFound) {
		return s.backToLogin(r, f.Next, fault.SafeText(err))
	}
	if status, errs, ok := refusal(err); ok {
		return s.showSecond(r, status, f, errs)
	}
	if err != nil {
		return err
	}
	r.setCookie(stepCookie, "", 0)
	return r.enter(in, f.Next)
}

// backToLogin begins anew, with the reason.
func (s *Server) backToLogin(r *request, next, reason string) error {
	r.setCookie(stepCookie, "", 0)
	if err := r.flash(layout.Warn, reason); err != nil {
		return err
	}
	return r.redirect(urls.LoginFor(next))
}

func (s *Server) showSecond(r *request, status int, f secondForm, errs pages.Errors) error {
	step, err := s.Identity.InspectSecondStep(r.ctx, r.token(stepCookie))
	if fault.Is(err, fault.NotFound) {
		return r.redirect(urls.LoginFor(f.Next))
	}
	if err != nil {
		return err
	}
	return r.show(status, "Sign in", func(p layout.Page) view {
		return pages.LoginSecond{Page: p, Email: step.User.Email, App: step.App, Passkeys: step.Passkeys, Next: f.Next, Errors: errs}
	})
}
