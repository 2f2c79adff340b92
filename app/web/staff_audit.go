package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/audit"
	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// staffAudit shows what people of the operator did.
func (s *Server) staffAudit(r *request) error {
	f := audit.StaffFilter{
		Topic: r.query("topic"), StaffID: idOrNone(r.query("staff")), Account: idOrNone(r.query("account")), Before: idOrNone(r.query("before")), Limit: eventsPerPage + 1,
	}
	events, err := s.Audit.ListStaff(r.ctx, f)
	if err != nil {
		return err
	}
	var page pages.StaffAudit
	if len(events) > eventsPerPage {
		events = events[:eventsPerPage]
		page.Pager = components.Pager{Older: urls.WithQuery(urls.StaffAudit, "topic", f.Topic, "staff", f.StaffID.String(), "account", f.Account.String(), "before", events[len(events)-1].ID.String())}
	}
	for _, e := range events {
		row := pages.StaffAuditRow{At: e.At, Name: e.StaffName, Action: e.Action.Words(), AccountID: e.Account.String(), ObjectID: e.ObjectID, Changes: changesOf(e.Before, e.After), Reason: e.Reason, GrantID: e.GrantID.String(), IP: e.IP}
		if !e.Account.IsZero() {
			row.AccountURL = urls.StaffAccount(e.Account.String())
		}
		page.Rows = append(page.Rows, row)
	}
	return r.showStaff(fiber.StatusOK, "Audit", layout.NavStaffAudit, []layout.Crumb{{Label: "Audit"}}, func(p layout.Page) view {
		page.Page = p
		return page
	})
}
