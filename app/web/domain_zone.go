package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/domain"
)

// domainZone gives the records as lines of a zone file.
func (s *Server) domainZone(r *request) error {
	domainID, err := r.id()
	if err != nil {
		return err
	}
	d, err := s.Domains.Show(r.ctx, r.scope, domainID)
	if err != nil {
		return err
	}
	r.c.Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
	r.c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+d.Name+`.zone.txt"`) // A-labels: no character needs care
	return r.c.SendString(domain.ZoneText(d.Domain, d.Records))
}
