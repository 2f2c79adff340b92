package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/billing"
	"smtpserver/app/id"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// addMoveAhead tells an account when its plan goes on in a newer version.
func (s *Server) addMoveAhead(r *request, page *pages.BillingShow) error {
	m, err := s.Billing.Ahead(r.ctx, r.scope)
	if err != nil || m == nil {
		return err
	}
	page.Ahead = "From " + m.On.Long() + " on, " + m.Plan + " goes on in a newer version, for " + m.After.Format(m.Currency) + " a " + string(m.Every) + " without tax (now " + m.Before.Format(m.Currency) + "). Until then nothing changes; you can choose another plan or let it end."
	page.AheadSummary = m.Summary
	return nil
}

// staffMove shows who is on older versions of a plan, and what was announced to them.
func (s *Server) staffMove(r *request) error {
	return s.showMove(r, fiber.StatusOK, pages.StaffMove{})
}

func (s *Server) showMove(r *request, status int, page pages.StaffMove) error {
	planID, err := r.id()
	if err != nil {
		return err
	}
	p, err := s.Billing.Plan(r.ctx, planID, 0)
	if err != nil {
		return err
	}
	if page.Older, err = s.Billing.OnOlder(r.ctx, p); err != nil {
		return err
	}
	moves, err := s.Billing.Moves(r.ctx, planID)
	if err != nil {
		return err
	}
	for _, m := range moves {
		page.Moves = append(page.Moves, pages.MoveRow{ID: m.ID.String(), Version: m.Version, On: m.EffectiveOn.Long(), Summary: m.Summary, Older: m.Older, Told: m.Told})
	}
	earliest := billing.EarliestMove(s.Clock.Now())
	page.PlanID, page.Plan, page.Version, page.Earliest = planID.String(), p.Name, p.Version, earliest.Long()
	if page.On == "" && len(page.Errors) == 0 {
		page.On = string(earliest)
	}
	crumbs := []layout.Crumb{{Label: "Plans", URL: urls.StaffPlans}, {Label: p.Name, URL: urls.StaffPlan(planID.String())}, {Label: "Move accounts"}}
	return r.showStaff(status, "Move accounts", layout.NavStaffPlans, crumbs, func(f layout.Page) view {
		page.Page = f
		return page
	})
}

// staffMoveMake announces a move.
func (s *Server) staffMoveMake(r *request) error {
	planID, err := r.id()
	if err != nil {
		return err
	}
	var f struct {
		On      string `form:"effective_on"`
		Summary string `form:"summary"`
	}
	if err := r.bind(&f); err != nil {
		return err
	}
	_, err = s.Billing.MoveTo(r.ctx, r.seller(), planID, billing.Date(f.On), f.Summary)
	if status, errs, ok := refusal(err); ok {
		return s.showMove(r, status, pages.StaffMove{On: f.On, Summary: f.Summary, Errors: errs})
	}
	if err != nil {
		return err
	}
	if err := r.flash(layout.Good, "Announced. Owners are told within minutes, in the portal and by mail."); err != nil {
		return err
	}
	return r.redirect(urls.StaffMove(planID.String()))
}

// staffMoveWithdraw takes it back.
func (s *Server) staffMoveWithdraw(r *request) error {
	planID, err := r.id()
	if err != nil {
		return err
	}
	moveID, err := id.Parse(r.param("move"))
	if err != nil {
		return errNoPage()
	}
	if err := s.Billing.WithdrawMove(r.ctx, r.seller(), moveID); err != nil {
		return err
	}
	if err := r.flash(layout.Good, "Taken back. Nobody moves by it any more."); err != nil {
		return err
	}
	return r.redirect(urls.StaffMove(planID.String()))
}
