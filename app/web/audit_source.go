package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/audit"
)

// noteSource puts into the context who asks and from where, for what gets recorded.
func (s *Server) noteSource(r *request) error {
	source := audit.Source{Name: r.user.Email, IP: r.ip(), UserAgent: r.c.Get(fiber.HeaderUserAgent)}
	r.ctx = audit.From(r.ctx, source)
	return nil
}
