package web

import (
	"net"
	"net/netip"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// checkHost keeps customers' link hosts to what links in mails need: what else we serve
// belongs to our own host alone. And links in mails work at no other name, whoever points
// one at us.
func (s *Server) checkHost(r *request) error {
	host := r.host()
	a := r.route.Access
	if s.isOurHost(host) || !a.mailed && strings.HasPrefix(r.route.Path, "/static/") {
		return nil
	}
	theirs, err := s.Switches.IsLinkHost(r.ctx, host)
	switch {
	case !a.mailed && err == nil && theirs, a.mailed && err == nil && !theirs:
		return errNoPage()
	}
	// Whether a name is known cannot be told while the database is down. Then it is as it
	// is without the question: a link shows by its token that it is ours.
	return nil
}

// host is the name that the request came by, in lower case and without its port.
func (r *request) host() string {
	host := string(r.c.Request().Host())
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
}

// isOurHost reports whether a name is the public one. An address is no name of anybody.
func (s *Server) isOurHost(host string) bool {
	if strings.EqualFold(host, s.cfg.PublicURL.Hostname()) || host == "localhost" || host == "" {
		return true
	}
	_, err := netip.ParseAddr(host)
	return err == nil
}

// linkHostAsk tells a proxy whether a name is a customer's link host, before it gets a
// certificate for it.
func (s *Server) linkHostAsk(r *request) error {
	known, err := s.Switches.IsLinkHost(r.ctx, strings.ToLower(r.query("domain")))
	if err != nil {
		return err
	}
	if !known {
		return fiber.NewError(fiber.StatusNotFound)
	}
	return r.c.SendString("yes\n")
}
