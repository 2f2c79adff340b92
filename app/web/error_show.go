package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// errorPage tells what happened and what to do. It names neither the address asked
// for nor, unless there is something of ours to look up, a reference: a page for
// "not yours" must not differ from one for "does not exist".
func (s *Server) errorPage(r *request, status int, text string) error {
	title := errorTitle(status)
	if status >= fiber.StatusInternalServerError {
		// What failed may be what a frame asks for: this page asks for nothing.
		page := pages.ErrorShow{Status: status, Text: text, Reference: r.reference.String()}
		page.Page = layout.Page{Title: title, Brand: s.cfg.Brand, Now: s.Clock.Now(), Path: "/", NoSignup: s.cfg.SignUpClosed}
		return r.render(status, page.View())
	}
	return r.show(status, title, func(p layout.Page) view {
		p.Path = "/"
		return pages.ErrorShow{Page: p, Status: status, Text: text}
	})
}

func errorTitle(status int) string {
	switch status {
	case fiber.StatusNotFound:
		return "Not found"
	case fiber.StatusForbidden:
		return "Not allowed"
	case fiber.StatusTooManyRequests:
		return "Too many requests"
	}
	return "That did not work"
}
