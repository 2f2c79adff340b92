package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// staffEnter shows who signs in by the one-time link of `staff create`.
func (s *Server) staffEnter(r *request) error {
	u, err := s.Identity.InspectStaff(r.ctx, r.param("token"))
	if err != nil {
		return err
	}
	r.c.Set(fiber.HeaderReferrerPolicy, "same-origin")
	return r.show(fiber.StatusOK, "Back office", func(p layout.Page) view {
		return pages.StaffEnter{Page: p, Token: r.param("token"), Email: u.Email}
	})
}

// staffEnterCreate uses the link up.
func (s *Server) staffEnterCreate(r *request) error {
	in, err := s.Identity.EnterStaff(r.ctx, r.param("token"), r.client(), r.sessionToken)
	if err != nil {
		return err
	}
	return r.enter(in, urls.Staff)
}

// staffHome is the front page of the back office.
func (s *Server) staffHome(r *request) error {
	list, err := s.attention(r)
	if err != nil {
		return err
	}
	return r.showStaff(fiber.StatusOK, "Back office", layout.NavStaff, nil, func(p layout.Page) view { return pages.StaffHome{Page: p, Attention: list} })
}
