package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/fault"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// confirmNew asks to press a button: programs that open every link of a mail must
// not confirm addresses.
func (s *Server) confirmNew(r *request) error {
	u, err := s.Identity.InspectConfirmation(r.ctx, r.param("token"))
	if fault.Is(err, fault.NotFound) {
		return s.showDeadConfirmation(r)
	}
	if err != nil {
		return err
	}
	r.c.Set(fiber.HeaderReferrerPolicy, "same-origin")
	return r.show(fiber.StatusOK, "Confirm your address", func(p layout.Page) view {
		return pages.ConfirmNew{Page: p, Token: r.param("token"), Email: u.Email}
	})
}

// confirmCreate confirms the address and signs its user in, unless somebody else is
// signed in here.
func (s *Server) confirmCreate(r *request) error {
	in, err := s.Identity.Confirm(r.ctx, r.param("token"), r.client(), r.sessionToken)
	if fault.Is(err, fault.NotFound) {
		return s.showDeadConfirmation(r)
	}
	if err != nil {
		return err
	}
	r.setCookie(newcomerCookie, "", 0)
	if err := r.flash(layout.Good, "Your e-mail address is confirmed."); err != nil {
		return err
	}
	return r.enter(in, urls.Accounts)
}

// showDeadConfirmation tells a user who is confirmed already apart from one who
// needs a new link.
func (s *Server) showDeadConfirmation(r *request) error {
	return r.show(fiber.StatusNotFound, "Confirm your address", func(p layout.Page) view {
		page := pages.ConfirmDone{Page: p, Email: r.confirmEmail("")}
		if r.signedIn() && r.user.Confirmed() {
			page.OK, page.NextURL = true, "/a"
		}
		return page
	})
}
