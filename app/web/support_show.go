package web

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/id"
	"smtpserver/app/support"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

type grantForm struct {
	Hours  int    `form:"hours"`
	Reason string `form:"reason"`
}

// supportShow shows what staff may see, asked for and saw.
func (s *Server) supportShow(r *request) error {
	return s.showSupport(r, fiber.StatusOK, grantForm{Hours: 24}, nil)
}

// supportGive lets staff see the account's content for a time.
func (s *Server) supportGive(r *request) error {
	var f grantForm
	if err := r.bind(&f); err != nil {
		return err
	}
	return s.afterSupport(r, s.Support.Give(r.ctx, r.scope, f.Hours, f.Reason), "Support may look for "+strconv.Itoa(f.Hours)+" h. You can end it at any time.", f)
}

// supportAnswer grants what staff asked for.
func (s *Server) supportAnswer(r *request) error {
	var f grantForm
	if err := r.bind(&f); err != nil {
		return err
	}
	return s.onGrant(r, "Support may look for "+strconv.Itoa(f.Hours)+" h. You can end it at any time.", func(grantID id.ID) error {
		return s.Support.Answer(r.ctx, r.scope, grantID, f.Hours)
	})
}

// supportEnd ends a grant or refuses a request.
func (s *Server) supportEnd(r *request) error {
	return s.onGrant(r, "Support sees nothing of your content any more.", func(grantID id.ID) error { return s.Support.End(r.ctx, r.scope, grantID) })
}

func (s *Server) onGrant(r *request, done string, do func(id.ID) error) error {
	grantID, err := r.id()
	if err != nil {
		return err
	}
	return s.afterSupport(r, do(grantID), done, grantForm{Hours: 24})
}

func (s *Server) afterSupport(r *request, err error, done string, f grantForm) error {
	if status, errs, ok := refusal(err); ok {
		return s.showSupport(r, status, f, errs)
	}
	if err != nil {
		return err
	}
	if err := r.flash(layout.Good, done); err != nil {
		return err
	}
	return r.redirect(r.urls().Support())
}

func (s *Server) showSupport(r *request, status int, f grantForm, errs pages.Errors) error {
	list, err := s.Support.List(r.ctx, r.scope)
	if err != nil {
		return err
	}
	return r.show(status, "Support access", func(p layout.Page) view {
		p.Active = layout.NavSettings
		p.Breadcrumbs = []layout.Crumb{{Label: "Settings", URL: r.urls().Settings()}, {Label: "Support access"}}
		return pages.SupportShow{Page: p, Grants: s.grantRows(list), Hours: strconv.Itoa(f.Hours), Reason: f.Reason, Errors: errs, Denied: r.denied(account.GrantSupport)}
	})
}

func (s *Server) grantRows(list []support.Grant) []pages.GrantRow {
	rows := make([]pages.GrantRow, len(list))
	for i, g := range list {
		rows[i] = pages.GrantRow{
			ID: g.ID.String(), State: g.State(s.Clock.Now()), Reason: g.Reason, AskedBy: g.AskedBy, AskedAt: g.AskedAt, ExpiresAt: timeOrZero(g.ExpiresAt), EndedAt: timeOrZero(g.EndedAt),
		}
	}
	return rows
}
