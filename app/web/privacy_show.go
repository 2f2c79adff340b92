package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/terms"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// privacyShow is the privacy page.
func (s *Server) privacyShow(r *request) error {
	version, err := s.Terms.Current(r.ctx, terms.Privacy, s.Clock.Now())
	if err != nil {
		return err
	}
	document, err := document(version)
	if err != nil {
		return err
	}
	return r.show(fiber.StatusOK, version.Title, func(p layout.Page) view {
		return pages.PrivacyShow{Page: p, Doc: document}
	})
}
