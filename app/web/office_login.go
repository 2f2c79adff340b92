package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/fault"
	"smtpserver/app/identity"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// officeLogin is the back office's own door. It lets in staff, and the customers' door
// does not: neither tells that an address belongs to the other.
func (s *Server) officeLogin(r *request) error {
	next := localPath(r.query("next"), "")
	if r.user.Staff {
		return r.redirect(localPath(next, urls.Staff))
	}
	return s.showOfficeLogin(r, fiber.StatusOK, loginForm{Next: next}, nil)
}

func (s *Server) officeLoginCreate(r *request) error {
	var f loginForm
	if err := r.bind(&f); err != nil {
		return err
	}
	f.Next = localPath(f.Next, urls.Staff)
	in, err := s.Identity.SignIn(r.ctx, identity.SignInForm{
		Email: f.Email, Password: f.Password, Client: r.client(), Replaces: r.sessionToken, Office: true,
	})
	if fault.Is(err, fault.Unauthorized) {
		return s.showOfficeLogin(r, fiber.StatusUnprocessableEntity, f, pages.Errors{"": fault.SafeText(err)})
	}
	if status, errs, ok := refusal(err); ok {
		return s.showOfficeLogin(r, status, f, errs)
	}
	if err != nil {
		return err
	}
	return r.enter(in, f.Next)
}

func (s *Server) showOfficeLogin(r *request, status int, f loginForm, errs pages.Errors) error {
	return r.show(status, "Back office", func(p layout.Page) view {
		return pages.LoginNew{Page: p, Email: f.Email, Next: f.Next, Errors: errs, Passkeys: s.Identity.PasskeysPossible(), Office: true}
	})
}
