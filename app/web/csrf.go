package web

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/secret"
)

const (
	csrfField  = "_csrf"
	csrfHeader = "X-Csrf-Token"
)

// csrf returns the token for the forms of a page: a keyed hash of the session, or
// of a cookie of its own while signed out. Nothing is stored, and another session's
// token is worth nothing here.
func (r *request) csrf() (string, error) {
	if r.signedIn() {
		return r.server.Box.MAC("csrf session", []byte(r.sessionToken))
	}
	if r.visit == "" {
		r.visit = secret.Token()
		r.setCookie(visitCookie, r.visit, 0)
	}
	return r.server.Box.MAC("csrf visit", []byte(r.visit))
}

// checkForgery judges every method that may change something, twice: by where the
// browser says the request comes from, and by the token (H-01).
func (s *Server) checkForgery(r *request) error {
	if !r.changes() || r.route.Access.mailed || r.route.Access.signed {
		return nil
	}
	if !s.sameOrigin(r.c) {
		return errForged()
	}
	given := r.post(csrfField)
	if given == "" {
		given = r.c.Get(csrfHeader)
	}
	if given == "" || !r.signedIn() && r.visit == "" {
		return errForged()
	}
	want, err := r.csrf()
	if err != nil {
		return err
	}
	if !secret.Equal(given, want) {
		return errForged()
	}
	return nil
}

// sameOrigin follows what Go's http.CrossOriginProtection does: Sec-Fetch-Site
// where browsers send it, else Origin against the public URL or the Host header.
// No page can forge these; programs without them still need the token.
func (s *Server) sameOrigin(c *fiber.Ctx) bool {
	site := c.Get("Sec-Fetch-Site")
	if site != "" && site != "same-origin" && site != "none" {
		return false
	}
	origin := c.Get(fiber.HeaderOrigin)
	if origin == "" || strings.EqualFold(origin, s.cfg.origin()) {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, string(c.Request().Host()))
}

func errForged() error {
	return fiber.NewError(fiber.StatusForbidden, "This form is out of date, perhaps because you signed in or out in another window. Please go back, reload the page and send it again.")
}
