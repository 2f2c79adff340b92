package web

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/identity"
	"smtpserver/app/web/oauth"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// provider is the one of that name; nil when it is not set up.
func (s *Server) provider(name string) *oauth.Provider {
	i := slices.IndexFunc(s.Providers, func(p *oauth.Provider) bool { return p.Name == name })
	if i < 0 {
		return nil
	}
	return s.Providers[i]
}

func (s *Server) providerButtons(next string) []pages.ProviderButton {
	buttons := make([]pages.ProviderButton, len(s.Providers))
	for i, p := range s.Providers {
		buttons[i] = pages.ProviderButton{Name: p.Name, Label: p.Label, URL: urls.Auth(p.Name, next)}
	}
	return buttons
}

// authBegin sends the browser to a provider to sign in.
func (s *Server) authBegin(r *request) error {
	to, err := s.beginRound(r, oauth.SignIn, localPath(r.query("next"), ""))
	if err != nil {
		return s.showAuthFault(r, err)
	}
	return r.c.Redirect(to, fiber.StatusSeeOther)
}

// authLink sends the browser to a provider to link an identity. It is a form and no
// link: else another site could make somebody link an identity that is not theirs.
func (s *Server) authLink(r *request) error {
	return s.goOn(r, oauth.Link, r.securityPath())
}

// authProve sends the browser to a provider to prove again who somebody is.
func (s *Server) authProve(r *request) error {
	return s.goOn(r, oauth.Prove, localPath(r.post("next"), urls.Security))
}

// goOn leads to a provider from a page of its own: the policy lets no form end at
// another origin, not even by a redirect.
func (s *Server) goOn(r *request, intent oauth.Intent, next string) error {
	to, err := s.beginRound(r, intent, next)
	if err != nil {
		return s.showAuthFault(r, err)
	}
	label := s.provider(r.param("provider")).Label
	return r.show(fiber.StatusOK, "Continue to "+label, func(p layout.Page) view {
		return pages.AuthOnward{Page: p, Label: label, URL: to}
	})
}

func (s *Server) beginRound(r *request, intent oauth.Intent, next string) (string, error) {
	p := s.provider(r.param("provider"))
	if p == nil {
		return "", errNoPage()
	}
	round := p.NewRound(intent)
	round.Next = next
	if intent != oauth.SignIn {
		round.Session = r.session.Hash
	}
	to, err := p.Begin(r.ctx, round)
	if err != nil {
		return "", err
	}
	token, err := s.Identity.HoldRound(r.ctx, r.client(), round)
	if err != nil {
		return "", err
	}
	r.setCookie(roundCookie, token, identity.FlowLife)
	return to, nil
}
