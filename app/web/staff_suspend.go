package web

import (
	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/reputation"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// staffSuspend stops an account's mail. One person may: it harms nobody for long, and
// haste is often called for. Lifting it takes two.
func (s *Server) staffSuspend(r *request) error {
	accountID, err := r.id()
	if err != nil {
		return err
	}
	reason, err := audit.CheckReason(r.post("suspend_reason"), "Say in a few words why. The account's members read it.")
	if err == nil {
		err = s.Reputation.Suspend(r.ctx, reputation.Staff{ID: r.user.ID, Reason: reason}, accountID)
	}
	if status, errs, ok := refusal(under("suspend_reason", err)); ok {
		return s.showStaffAccount(r, status, "", errs)
	}
	if err != nil {
		return err
	}
	return r.backToAccount(accountID, "Suspended. Nothing more is accepted from it, and what waits is held.")
}

// staffLift asks a second person to let the account send again.
func (s *Server) staffLift(r *request) error {
	accountID, err := r.id()
	if err != nil {
		return err
	}
	_, err = s.Approvals.Ask(r.ctx, r.approver(), account.LiftSuspension, accountID, accountID, r.post("lift_reason"))
	if status, errs, ok := refusal(under("lift_reason", err)); ok {
		return s.showStaffAccount(r, status, "", errs)
	}
	if err != nil {
		return err
	}
	return r.backToAccount(accountID, "Asked for. Somebody else has to approve it.")
}

// addSuspension tells why the account may not send, and who asked to lift it.
func (s *Server) addSuspension(r *request, accountID id.ID, page *pages.StaffAccount) error {
	found, err := s.Accounts.SuspensionOf(r.ctx, accountID)
	if err != nil || found == nil {
		return err
	}
	page.Suspended = "Suspended since " + found.Since.UTC().Format("2 January 2006, 15:04 UTC") + ": " + found.Reason
	asked, ok, err := s.Approvals.WaitingFor(r.ctx, account.LiftSuspension, accountID)
	if ok {
		page.LiftAsked = asked.AskedName + " asked to lift it: “" + asked.Reason + "” Somebody else has to agree."
	}
	return err
}

func (r *request) backToAccount(accountID id.ID, done string) error {
	if err := r.flash(layout.Good, done); err != nil {
		return err
	}
	return r.redirect(urls.StaffAccount(accountID.String()))
}

// under renames the field "reason" of a refusal to the one of this form, since a page
// has several that ask why.
func under(field string, err error) error {
	text := fault.FieldsOf(err)["reason"]
	if text == "" {
		return err
	}
	return fault.Field(field, text)
}
