package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/fault"
	"smtpserver/app/identity"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

type loginForm struct {
	Email    string `form:"email"`
	Password string `form:"password"`
	Next     string `form:"next"`
}

// loginNew shows the form.
func (s *Server) loginNew(r *request) error {
	next := localPath(r.query("next"), "")
	if r.signedIn() {
		return r.redirect(localPath(next, "/a"))
	}
	return s.showLogin(r, fiber.StatusOK, loginForm{Next: next}, nil)
}

// loginCreate signs in.
func (s *Server) loginCreate(r *request) error {
	var f loginForm
	if err := r.bind(&f); err != nil {
		return err
	}
	f.Next = localPath(f.Next, "")
	in, err := s.Identity.SignIn(r.ctx, identity.SignInForm{
		Email: f.Email, Password: f.Password, Client: r.client(), Replaces: r.sessionToken,
	})
	if fault.Is(err, fault.Unauthorized) {
		return s.showLogin(r, fiber.StatusUnprocessableEntity, f, pages.Errors{"": fault.SafeText(err)})
	}
	if status, errs, ok := refusal(err); ok {
		return s.showLogin(r, status, f, errs)
	}
	if err != nil {
		return err
	}
	return r.enter(in, f.Next)
}

func (s *Server) showLogin(r *request, status int, f loginForm, errs pages.Errors) error {
	return r.show(status, "Sign in", func(p layout.Page) view {
		return pages.LoginNew{
			Page: p, Email: f.Email, Next: f.Next, Errors: errs, Providers: s.providerButtons(f.Next), Passkeys: s.Identity.PasskeysPossible(),
		}
	})
}
