package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// publicLanding is the front page.
func (s *Server) publicLanding(r *request) error {
	return r.show(fiber.StatusOK, "", func(p layout.Page) view {
		return pages.PublicLanding{Page: p, SMTPHost: s.cfg.MailHostname, SMTPPort: s.cfg.SMTPPort}
	})
}
