package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

type forgotForm struct {
	Email string `form:"email"`
}

// passwordForgot asks for the address.
func (s *Server) passwordForgot(r *request) error {
	return s.showForgot(r, fiber.StatusOK, forgotForm{}, false, nil)
}

// passwordForgotSend mails a link, if the address is known; the answer is the same.
func (s *Server) passwordForgotSend(r *request) error {
	var f forgotForm
	if err := r.bind(&f); err != nil {
		return err
	}
	err := s.Identity.RequestReset(r.ctx, f.Email, r.client())
	if status, errs, ok := refusal(err); ok {
		return s.showForgot(r, status, f, false, errs)
	}
	if err != nil {
		return err
	}
	return s.showForgot(r, fiber.StatusOK, f, true, nil)
}

func (s *Server) showForgot(r *request, status int, f forgotForm, sent bool, errs pages.Errors) error {
	return r.show(status, "New password", func(p layout.Page) view {
		return pages.PasswordForgot{Page: p, Email: f.Email, Sent: sent, Capture: s.cfg.Capture, Errors: errs}
	})
}
