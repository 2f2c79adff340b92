package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/fault"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// leadToSecondFactor keeps a person who signed in with one factor out of where two
// are asked for, and leads them to where they set up the second.
func (s *Server) leadToSecondFactor(r *request) (answered bool, err error) {
	a := r.route.Access
	switch {
	case !r.signedIn() || r.session.TwoFactors || a.oneFactor:
		return false, nil
	case a.level == insider && r.account.RequireTwoFactors:
		return true, r.lead(r.urls().SettingsSecurity(), r.account.Name+" asks its members to sign in with two factors. Set up the second one first.")
	case a.level == staff && s.cfg.StaffTwoFactors:
		return true, r.lead(urls.Security, "The back office asks for two factors. Set up the second one first.")
	}
	return false, nil
}

// lead sends a reader on; an action is refused, so that nobody takes it for done.
func (r *request) lead(to, reason string) error {
	if r.changes() {
		return fault.New(fault.Forbidden, reason)
	}
	if err := r.flash(layout.Warn, reason); err != nil {
		return err
	}
	return r.redirect(to)
}

// Fields by which the page in between proves who somebody is.
const (
	proofPassword = "proof_password"
	proofCode     = "proof_code"
	proofPasskey  = "proof_passkey"
)

// askProof stops a dangerous act until the person proved within the last minutes who
// they are. The page in between carries the form's fields, so that the act goes on
// from there and nothing typed is lost.
func (s *Server) askProof(r *request) (answered bool, err error) {
	if !r.route.Access.proven || !r.changes() || r.session.Proven(s.Clock.Now()) {
		return false, nil
	}
	password, code, passkey := r.post(proofPassword), r.post(proofCode), r.post(proofPasskey)
	if password == "" && code == "" && passkey == "" {
		return true, s.showProof(r, fiber.StatusUnauthorized, nil)
	}
	if passkey != "" {
		err = s.Identity.FinishPasskeyProof(r.ctx, r.session, r.token(passkeyCookie), []byte(passkey))
	} else {
		err = s.Identity.Prove(r.ctx, r.session, password, code, r.client())
	}
	if fault.Is(err, fault.NotFound) {
		return true, s.showProof(r, fiber.StatusUnprocessableEntity, pages.Errors{"": fault.SafeText(err)})
	}
	if status, errs, ok := refusal(err); ok {
		return true, s.showProof(r, status, errs)
	}
	return false, err
}

func (s *Server) showProof(r *request, status int, errs pages.Errors) error {
	proofs, err := s.Identity.ProofsOf(r.ctx, r.user.ID)
	if err != nil {
		return err
	}
	page := pages.ProveNew{
		Action: localPath(string(r.c.Request().URI().RequestURI()), urls.Security), Fields: r.carried(), Email: r.user.Email,
		Password: proofs.Password, App: proofs.App, Passkey: proofs.Passkey, Errors: errs, Next: r.referer(),
	}
	for _, link := range proofs.Links {
		if p := s.provider(link.Provider); p != nil {
			page.Providers = append(page.Providers, pages.ProviderButton{Name: p.Name, Label: p.Label, URL: urls.AuthProve(p.Name)})
		}
	}
	return r.show(status, "Is it you?", func(p layout.Page) view {
		page.Page = p
		return page
	})
}

// carried are the fields of the stopped form. Passwords and proofs are not written into a page.
func (r *request) carried() [][2]string {
	var fields [][2]string
	r.c.Request().PostArgs().VisitAll(func(name, value []byte) {
		n, v := string(name), string(value)
		if n == csrfField || strings.Contains(n, "password") || strings.HasPrefix(n, "proof_") || !isText(n) || !isText(v) {
			return
		}
		fields = append(fields, [2]string{n, v})
	})
	return fields
}

// referer is the page of ours that the form stood on.
func (r *request) referer() string {
	path, ok := strings.CutPrefix(r.c.Get(fiber.HeaderReferer), r.server.cfg.origin())
	if !ok {
		return urls.Security
	}
	return localPath(path, urls.Security)
}
