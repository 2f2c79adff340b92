package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/fault"
	"smtpserver/app/identity"
	"smtpserver/views/pages"
)

// maxPasskeyAnswer is more than any browser answers a challenge with.
const maxPasskeyAnswer = 64 << 10

type passkeyForm struct {
	Credential string `form:"credential"`
	Name       string `form:"name"`
	Next       string `form:"next"`
}

// loginPasskeyOptions gives the challenge: for the user between the factors, or for
// whoever has a passkey.
func (s *Server) loginPasskeyOptions(r *request) error {
	options, token, err := s.Identity.BeginPasskeySignIn(r.ctx, r.token(stepCookie), r.client())
	if fault.Is(err, fault.NotFound) { // the second step is over: the passkey alone will do
		options, token, err = s.Identity.BeginPasskeySignIn(r.ctx, "", r.client())
	}
	return r.challenge(options, token, err)
}

// challenge answers a script with the options of a passkey, and keeps the token of
// the challenge in a cookie.
func (r *request) challenge(options []byte, token string, err error) error {
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.Limited) {
		return r.c.Status(statusOf[fault.KindOf(err)]).JSON(map[string]string{"error": fault.SafeText(err)})
	}
	if err != nil {
		return err
	}
	r.setCookie(passkeyCookie, token, identity.FlowLife)
	r.c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSONCharsetUTF8)
	return r.c.Send(options)
}

// loginPasskey checks the signature and signs in.
func (s *Server) loginPasskey(r *request) error { return s.passkeySignIn(r, false) }

// officeLoginPasskey does it at the back office's door.
func (s *Server) officeLoginPasskey(r *request) error { return s.passkeySignIn(r, true) }

func (s *Server) passkeySignIn(r *request, office bool) error {
	var f passkeyForm
	if err := r.bind(&f); err != nil {
		return err
	}
	f.Next = localPath(f.Next, "")
	if len(f.Credential) > maxPasskeyAnswer {
		return fiber.NewError(fiber.StatusRequestEntityTooLarge)
	}
	in, err := s.Identity.FinishPasskeySignIn(r.ctx, identity.PasskeyAnswer{
		Token: r.token(passkeyCookie), Second: r.token(stepCookie), Response: []byte(f.Credential), Client: r.client(), Replaces: r.sessionToken, Office: office,
	})
	r.setCookie(passkeyCookie, "", 0)
	if fault.Is(err, fault.NotFound) {
		return s.backToLogin(r, f.Next, fault.SafeText(err))
	}
	if status, _, ok := refusal(err); ok {
		s.Log.Info("a passkey was refused", "reason", err, "reference", r.reference)
		return s.showPasskeyRefused(r, status, f, fault.SafeText(err), office)
	}
	if err != nil {
		return err
	}
	r.setCookie(stepCookie, "", 0)
	return r.enter(in, f.Next)
}

// showPasskeyRefused shows the page that the passkey was given on.
func (s *Server) showPasskeyRefused(r *request, status int, f passkeyForm, reason string, office bool) error {
	errs := pages.Errors{"": reason}
	if _, err := s.Identity.InspectSecondStep(r.ctx, r.token(stepCookie)); err == nil {
		return s.showSecond(r, status, secondForm{Next: f.Next}, errs)
	}
	if office {
		return s.showOfficeLogin(r, status, loginForm{Next: f.Next}, errs)
	}
	return s.showLogin(r, status, loginForm{Next: f.Next}, errs)
}
