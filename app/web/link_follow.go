package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/tracking"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// clickFollow leads on to where a link of a mail leads. The link holds its target, so this
// asks no database; a visit is counted later.
func (s *Server) clickFollow(r *request) error {
	target, ok := s.Tracker.Where(r.param("token"))
	if !ok {
		return r.noLink()
	}
	s.Visits.Record(r.visitOf(target))
	switch {
	case target.Link == tracking.Honeypot:
		return r.c.Status(fiber.StatusOK).SendString("There is nothing here.\n")
	case s.Stops.Has(target.URL):
		return r.plainPage(fiber.StatusGone, "", "This link was stopped", func(p layout.Page) view { return pages.LinkStopped{Page: p} })
	}
	r.c.Set(fiber.HeaderReferrerPolicy, "no-referrer") // the token is nobody else's business
	r.c.Set("X-Robots-Tag", "noindex, nofollow")
	r.c.Set(fiber.HeaderLocation, target.URL)
	return r.c.SendStatus(fiber.StatusFound)
}

// openCount answers with the picture that tells of an opening.
func (s *Server) openCount(r *request) error {
	target, ok := s.Tracker.Opened(r.param("token"))
	if !ok {
		return r.noLink()
	}
	s.Visits.Record(r.visitOf(target))
	r.c.Set(fiber.HeaderContentType, "image/gif")
	return r.c.Send(tracking.Pixel)
}

// visitOf is a visit, without where it came from.
func (r *request) visitOf(target tracking.Target) tracking.Visit {
	purpose := strings.ToLower(r.c.Get("Sec-Purpose") + r.c.Get("Purpose") + r.c.Get("X-Purpose") + r.c.Get("X-Moz"))
	return tracking.Visit{
		Target: target, Head: r.c.Method() == fiber.MethodHead, Prefetch: strings.Contains(purpose, "pre"),
		Agent: r.c.Get(fiber.HeaderUserAgent), At: r.server.Clock.Now(),
	}
}

// noLink is the one answer to all that is no link of ours, on whatever host.
func (r *request) noLink() error {
	return r.plainPage(fiber.StatusNotFound, "", "This link does not work", func(p layout.Page) view { return pages.LinkGone{Page: p} })
}

// plainPage shows a page to somebody who came by a mail: no cookie, no way in.
func (r *request) plainPage(status int, language, title string, build func(layout.Page) view) error {
	p := layout.Page{Title: title, Brand: r.server.cfg.Brand, Lang: language, Now: r.server.Clock.Now(), Path: "/"}
	r.c.Set("X-Robots-Tag", "noindex, nofollow")
	return r.render(status, build(p).View())
}
