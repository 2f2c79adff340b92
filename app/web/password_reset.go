package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/fault"
	"smtpserver/app/identity"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

type resetForm struct {
	Password string `form:"password"`
}

// passwordReset shows the form of a reset link.
func (s *Server) passwordReset(r *request) error {
	_, err := s.Identity.InspectReset(r.ctx, r.param("token"))
	if fault.Is(err, fault.NotFound) {
		return s.showReset(r, fiber.StatusNotFound, true, nil)
	}
	if err != nil {
		return err
	}
	return s.showReset(r, fiber.StatusOK, false, nil)
}

// passwordResetSave sets the new password and leads to sign-in.
func (s *Server) passwordResetSave(r *request) error {
	var f resetForm
	if err := r.bind(&f); err != nil {
		return err
	}
	err := s.Identity.ResetPassword(r.ctx, r.param("token"), f.Password, r.client())
	if fault.Is(err, fault.NotFound) {
		return s.showReset(r, fiber.StatusNotFound, true, nil)
	}
	if status, errs, ok := refusal(err); ok {
		return s.showReset(r, status, false, errs)
	}
	if err != nil {
		return err
	}
	r.setCookie(sessionCookie, "", 0)
	if err := r.flash(layout.Good, "Your password is changed and all sessions have ended. Sign in with the new one."); err != nil {
		return err
	}
	return r.redirect(urls.Login)
}

func (s *Server) showReset(r *request, status int, invalid bool, errs pages.Errors) error {
	// The token stands in the address: no other page may learn it from a referrer.
	r.c.Set(fiber.HeaderReferrerPolicy, "same-origin")
	return r.show(status, "New password", func(p layout.Page) view {
		return pages.PasswordReset{Page: p, Token: r.param("token"), Invalid: invalid, MinPassword: identity.MinPassword, Errors: errs}
	})
}
