package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/fault"
	"smtpserver/app/identity"
	"smtpserver/app/secret"
	"smtpserver/app/web/oauth"
	"smtpserver/views/layout"
	"smtpserver/views/urls"
)

// authCallback is where a provider sends the browser back to. The round is taken from
// the server first, so that it ends here whatever comes of it (H-04).
func (s *Server) authCallback(r *request) error {
	p := s.provider(r.param("provider"))
	if p == nil {
		return errNoPage()
	}
	var round oauth.Round
	err := s.Identity.TakeRound(r.ctx, r.token(roundCookie), &round)
	r.setCookie(roundCookie, "", 0)
	if err != nil {
		return s.showAuthFault(r, err)
	}
	if round.Session != "" && (!r.signedIn() || !secret.Equal(round.Session, r.session.Hash)) {
		return s.showAuthFault(r, fault.New(fault.Forbidden, "You signed in or out meanwhile, so nothing was changed. Please begin again."))
	}
	x, err := p.Finish(r.ctx, round, oauth.Callback{State: r.query("state"), Code: r.query("code"), Issuer: r.query("iss"), Error: r.query("error")})
	if err != nil {
		return s.showAuthFault(r, err)
	}
	switch round.Intent {
	case oauth.Link:
		return s.linkIdentity(r, p, round, x)
	case oauth.Prove:
		return s.proveExternal(r, round, x)
	}
	return s.signInExternal(r, p, round, x)
}

// signInExternal opens the session of the linked user, or leads a newcomer to name
// the account and accept the terms.
func (s *Server) signInExternal(r *request, p *oauth.Provider, round oauth.Round, x identity.External) error {
	in, err := s.Identity.SignInExternal(r.ctx, x, r.client(), r.sessionToken)
	if err == nil {
		return r.enter(in, round.Next)
	}
	if fault.Is(err, fault.Conflict) { // staff, at the wrong door
		return s.showAuthFault(r, err)
	}
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	if s.cfg.SignUpClosed {
		return s.showAuthFault(r, fault.New(fault.Conflict, "Your "+p.Label+" identity is not linked to an account. "+signUpClosed))
	}
	token, err := s.Identity.HoldCompletion(r.ctx, x)
	if fault.Is(err, fault.Conflict) {
		return s.showAuthFault(r, fault.New(fault.Conflict, p.Label+" "+fault.SafeText(err)))
	}
	if err != nil {
		return err
	}
	r.setCookie(roundCookie, token, identity.FlowLife)
	return r.redirect(urls.SignupComplete)
}

func (s *Server) linkIdentity(r *request, p *oauth.Provider, round oauth.Round, x identity.External) error {
	err := s.Identity.LinkIdentity(r.ctx, r.user.ID, x, r.client())
	tone, text := layout.Good, p.Label+" is linked. You can sign in with it from now on."
	if fault.Is(err, fault.Conflict) {
		tone, text = layout.Warn, fault.SafeText(err)
	} else if err != nil {
		return err
	}
	if err := r.flash(tone, text); err != nil {
		return err
	}
	return r.redirect(localPath(round.Next, urls.Security))
}

func (s *Server) proveExternal(r *request, round oauth.Round, x identity.External) error {
	err := s.Identity.ProveExternal(r.ctx, r.session, x)
	if err != nil {
		return s.showAuthFault(r, err)
	}
	if err := r.flash(layout.Good, "Thank you. Please do once more what you were about to do."); err != nil {
		return err
	}
	return r.redirect(localPath(round.Next, urls.Security))
}

// showAuthFault explains on the page where one can go on: sign-in, or one's own
// security page. A provider that is down, or that proved nobody, is no fault of ours.
func (s *Server) showAuthFault(r *request, err error) error {
	kind := fault.KindOf(err)
	switch kind {
	case fault.Forbidden, fault.Conflict, fault.Unavailable, fault.Limited, fault.NotFound:
	default:
		return err
	}
	if s.provider(r.param("provider")) == nil {
		return err
	}
	s.Log.Info("a round at a provider came to nothing", "provider", r.param("provider"), "reason", err, "reference", r.reference)
	if r.signedIn() {
		if err := r.flash(layout.Warn, fault.SafeText(err)); err != nil {
			return err
		}
		return r.redirect(r.securityPath())
	}
	status := statusOf[kind]
	if kind == fault.NotFound {
		status = fiber.StatusConflict // the round is over; the page is there
	}
	return s.showLogin(r, status, loginForm{}, map[string]string{"": fault.SafeText(err)})
}
