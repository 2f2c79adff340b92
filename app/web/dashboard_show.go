package web

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// Overview fills the dashboard of an account. Its implementation knows domains,
// credentials and messages.
type Overview interface {
	Fill(ctx context.Context, scope account.Scope, page *pages.DashboardShow) error
}

// dashboardShow is an account at a glance, with the next three steps.
func (s *Server) dashboardShow(r *request) error {
	var page pages.DashboardShow
	if s.Overview != nil {
		if err := s.Overview.Fill(r.ctx, r.scope, &page); err != nil {
			return err
		}
	}
	return r.show(fiber.StatusOK, "Overview", func(p layout.Page) view {
		p.Active = layout.NavOverview
		page.Page = p
		return page
	})
}
