package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/fault"
	"smtpserver/app/identity"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// newcomerCookie carries the address from the sign-up form to the page after it,
// so that it stands in no URL.
const newcomerCookie = "newcomer"

type confirmForm struct {
	Email string `form:"email"`
}

// confirmSent tells to look into the mailbox.
func (s *Server) confirmSent(r *request) error {
	return s.showSent(r, fiber.StatusOK, r.confirmEmail(""), false, nil)
}

// confirmResend mails another link: to the user who is signed in, else to the
// address given, if a user with it still has to confirm.
func (s *Server) confirmResend(r *request) error {
	var f confirmForm
	if err := r.bind(&f); err != nil {
		return err
	}
	if r.signedIn() {
		return s.resendSignedIn(r)
	}
	err := s.Identity.RequestConfirmation(r.ctx, f.Email, r.client())
	if status, errs, ok := refusal(err); ok {
		return s.showSent(r, status, f.Email, false, errs)
	}
	if err != nil {
		return err
	}
	return s.showSent(r, fiber.StatusOK, f.Email, true, nil)
}

func (s *Server) resendSignedIn(r *request) error {
	err := s.Identity.ResendConfirmation(r.ctx, r.user.ID)
	tone, text := layout.Good, "We sent another link to "+r.user.Email+"."
	switch {
	case fault.Is(err, fault.Limited), fault.Is(err, fault.Conflict):
		tone, text = layout.Warn, fault.SafeText(err)
	case err != nil:
		return err
	}
	if err := r.flash(tone, text); err != nil {
		return err
	}
	return r.redirect("/a")
}

// confirmEmail is the address to show: one's own, or the newcomer's.
func (r *request) confirmEmail(fallback string) string {
	if r.signedIn() {
		return r.user.Email
	}
	if email := r.note(newcomerCookie); email != "" {
		return email
	}
	return fallback
}

func (s *Server) showSent(r *request, status int, email string, resent bool, errs pages.Errors) error {
	return r.show(status, "Check your e-mail", func(p layout.Page) view {
		return pages.ConfirmSent{
			Page: p, Email: email, ValidH: int(identity.ConfirmationLife.Hours()), Resent: resent, Capture: s.cfg.Capture, Errors: errs,
		}
	})
}
