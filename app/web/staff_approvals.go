package web

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/approval"
	"smtpserver/app/id"
	"smtpserver/app/office"
	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// approver is the signed-in person with what they may do.
func (r *request) approver() approval.By {
	return approval.By{ID: r.user.ID, Name: r.user.Email, Roles: r.roles}
}

const approvalsPerPage = 50

// staffApprovals lists what takes two people: what waits, and what became of the rest.
func (s *Server) staffApprovals(r *request) error {
	return s.showApprovals(r, fiber.StatusOK, nil)
}

func (s *Server) showApprovals(r *request, status int, errs pages.Errors) error {
	waiting, err := s.Approvals.Waiting(r.ctx)
	if err != nil {
		return err
	}
	answered, err := s.Approvals.Answered(r.ctx, idOrNone(r.query("before")), approvalsPerPage+1)
	if err != nil {
		return err
	}
	page := pages.StaffApprovals{Errors: errs}
	if len(answered) > approvalsPerPage {
		answered = answered[:approvalsPerPage]
		page.Pager = components.Pager{Older: urls.WithQuery(urls.StaffApprovals, "before", answered[len(answered)-1].ID.String())}
	}
	for _, list := range []struct {
		from []approval.Request
		to   *[]pages.ApprovalRow
	}{{waiting, &page.Waiting}, {answered, &page.Answered}} {
		for _, one := range list.from {
			row, err := s.approvalRow(r, one)
			if err != nil {
				return err
			}
			*list.to = append(*list.to, row)
		}
	}
	return r.showStaff(status, "Approvals", layout.NavStaffApprovals, []layout.Crumb{{Label: "Approvals"}}, func(p layout.Page) view {
		page.Page = p
		return page
	})
}

func (s *Server) approvalRow(r *request, one approval.Request) (pages.ApprovalRow, error) {
	k, err := s.Approvals.Kind(one.Kind)
	if err != nil {
		return pages.ApprovalRow{}, err
	}
	row := pages.ApprovalRow{
		ID: one.ID.String(), Title: k.Title, Reason: one.Reason, AskedBy: one.AskedName, AskedAt: one.AskedAt, ExpiresAt: one.ExpiresAt,
		State: one.StateAt(s.Clock.Now()), AnsweredBy: one.AnsweredName, AnsweredAt: timeOrZero(one.AnsweredAt), Remark: one.Remark, Own: one.AskedBy == r.user.ID,
	}
	if !one.Account.IsZero() {
		row.URL = urls.StaffAccount(one.Account.String())
	}
	if !r.roles.May(k.Permission) {
		row.Denied = office.WhyNot(k.Permission)
	}
	return row, nil
}

func (s *Server) staffApprove(r *request) error {
	return s.answerApproval(r, "Done. Both of you stand in the audit log.", s.Approvals.Approve)
}

func (s *Server) staffRefuse(r *request) error {
	return s.answerApproval(r, "Refused. Nothing was changed.", func(ctx context.Context, by approval.By, requestID id.ID) error {
		return s.Approvals.Refuse(ctx, by, requestID, r.post("reason"))
	})
}

func (s *Server) staffWithdraw(r *request) error {
	return s.answerApproval(r, "Taken back. Nothing was changed.", s.Approvals.Withdraw)
}

func (s *Server) answerApproval(r *request, done string, answer func(context.Context, approval.By, id.ID) error) error {
	requestID, err := r.id()
	if err != nil {
		return err
	}
	err = answer(r.ctx, r.approver(), requestID)
	if status, errs, ok := refusal(err); ok {
		return s.showApprovals(r, status, errs)
	}
	if err != nil {
		return err
	}
	if err := r.flash(layout.Good, done); err != nil {
		return err
	}
	return r.redirect(urls.StaffApprovals)
}
