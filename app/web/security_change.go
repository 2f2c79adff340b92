package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/fault"
	"smtpserver/app/identity"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// secured leads back to the security page with what was done, or why it was not.
func (s *Server) secured(r *request, done string, err error) error {
	tone, text := layout.Good, done
	switch {
	case fault.Is(err, fault.Conflict), fault.Is(err, fault.Limited):
		tone, text = layout.Warn, fault.SafeText(err)
	case err != nil:
		return err
	}
	if err := r.flash(tone, text); err != nil {
		return err
	}
	return r.redirect(r.securityPath())
}

// authenticatorBegin makes a secret and shows it on the next page.
func (s *Server) authenticatorBegin(r *request) error {
	if err := s.Identity.BeginAuthenticator(r.ctx, r.user.ID); err != nil {
		return s.secured(r, "", err)
	}
	return r.redirect(urls.Authenticator)
}

// authenticatorNew shows the secret to scan.
func (s *Server) authenticatorNew(r *request) error {
	return s.showAuthenticator(r, fiber.StatusOK, nil)
}

func (s *Server) showAuthenticator(r *request, status int, errs pages.Errors) error {
	setup, err := s.Identity.PendingAuthenticator(r.ctx, r.user.ID)
	if fault.Is(err, fault.NotFound) {
		return r.redirect(r.securityPath())
	}
	if err != nil {
		return err
	}
	return r.show(status, "Authenticator app", func(p layout.Page) view {
		return pages.AuthenticatorNew{Page: p, Secret: setup.Secret, URL: setup.URL, BackURL: r.securityPath(), Errors: errs}
	})
}

// authenticatorConfirm takes the first code; the first factor brings recovery codes.
func (s *Server) authenticatorConfirm(r *request) error {
	in, codes, err := s.Identity.ConfirmAuthenticator(r.ctx, r.session, r.post("code"), r.client())
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Conflict) {
		return r.redirect(r.securityPath())
	}
	if status, errs, ok := refusal(err); ok {
		return s.showAuthenticator(r, status, errs)
	}
	if err != nil {
		return err
	}
	return s.strengthened(r, in, codes, "The authenticator app is set up. All other sessions have ended.")
}

// strengthened goes on with the renewed session, by way of the recovery codes when
// there are fresh ones.
func (s *Server) strengthened(r *request, in identity.SignedIn, codes []string, done string) error {
	r.signIn(in)
	if len(codes) == 0 {
		return s.secured(r, done, nil)
	}
	return s.showCodes(r, codes, done)
}

func (s *Server) showCodes(r *request, codes []string, done string) error {
	return r.show(fiber.StatusOK, "Recovery codes", func(p layout.Page) view {
		return pages.RecoveryShow{Page: p, Codes: codes, Done: done, NextURL: r.securityPath()}
	})
}

// authenticatorRemove turns the app off.
func (s *Server) authenticatorRemove(r *request) error {
	err := s.Identity.RemoveAuthenticator(r.ctx, r.user.ID, r.client())
	return s.secured(r, "The authenticator app is removed.", err)
}

// recoveryRenew makes new recovery codes.
func (s *Server) recoveryRenew(r *request) error {
	codes, err := s.Identity.RenewRecovery(r.ctx, r.user.ID, r.client())
	if err != nil {
		return s.secured(r, "", err)
	}
	return s.showCodes(r, codes, "The former codes no longer work.")
}

// passkeyNew is the page from which the browser makes a passkey.
func (s *Server) passkeyNew(r *request) error {
	return s.showPasskey(r, fiber.StatusOK, passkeyForm{}, nil)
}

func (s *Server) showPasskey(r *request, status int, f passkeyForm, errs pages.Errors) error {
	return r.show(status, "New passkey", func(p layout.Page) view {
		return pages.PasskeyNew{Page: p, Name: f.Name, Suggested: r.client().Words(), BackURL: r.securityPath(), Possible: s.Identity.PasskeysPossible(), Errors: errs}
	})
}

// passkeyOptions gives the challenge to register with.
func (s *Server) passkeyOptions(r *request) error {
	options, token, err := s.Identity.BeginPasskey(r.ctx, r.user.ID)
	return r.challenge(options, token, err)
}

// proofOptions gives the challenge to prove with who one is.
func (s *Server) proofOptions(r *request) error {
	options, token, err := s.Identity.BeginPasskeyProof(r.ctx, r.user.ID)
	return r.challenge(options, token, err)
}

// passkeyCreate keeps what the authenticator made.
func (s *Server) passkeyCreate(r *request) error {
	var f passkeyForm
	if err := r.bind(&f); err != nil {
		return err
	}
	if len(f.Credential) > maxPasskeyAnswer {
		return fiber.NewError(fiber.StatusRequestEntityTooLarge)
	}
	in, codes, err := s.Identity.AddPasskey(r.ctx, r.session, r.token(passkeyCookie), f.Name, []byte(f.Credential), r.client())
	if fault.Is(err, fault.NotFound) {
		return s.showPasskey(r, fiber.StatusUnprocessableEntity, f, pages.Errors{"": fault.SafeText(err)})
	}
	if status, errs, ok := refusal(err); ok {
		s.Log.Info("a new passkey was refused", "reason", err, "reference", r.reference)
		return s.showPasskey(r, status, f, errs)
	}
	if err != nil {
		return err
	}
	r.setCookie(passkeyCookie, "", 0)
	return s.strengthened(r, in, codes, "The passkey is added. All other sessions have ended.")
}

// passkeyRemove ends one.
func (s *Server) passkeyRemove(r *request) error {
	passkeyID, err := r.id()
	if err != nil {
		return err
	}
	return s.secured(r, "The passkey is removed. Delete it from your device too.", s.Identity.RemovePasskey(r.ctx, r.user.ID, passkeyID, r.client()))
}

// identityUnlink ends a provider as a way to sign in.
func (s *Server) identityUnlink(r *request) error {
	name := r.param("provider")
	return s.secured(r, s.labelOf(name)+" is unlinked.", s.Identity.UnlinkIdentity(r.ctx, r.user.ID, name, r.client()))
}

// sessionEnd signs out one browser.
func (s *Server) sessionEnd(r *request) error {
	if err := s.Identity.EndSession(r.ctx, r.user.ID, r.param("hash"), r.client()); err != nil {
		return err
	}
	return s.secured(r, "That session has ended.", nil)
}

// sessionsEnd signs out every other browser.
func (s *Server) sessionsEnd(r *request) error {
	return s.secured(r, "You are signed out everywhere else.", s.Identity.EndOtherSessions(r.ctx, r.user.ID, r.session.Hash, r.client()))
}
