package web

import (
	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/office"
	"smtpserver/app/support"
	"smtpserver/views/layout"
	"smtpserver/views/urls"
)

// enterAsStaff lets staff see a page of an account under a grant: as a viewer, and
// never to change anything. Every page is recorded before it is shown.
func (s *Server) enterAsStaff(r *request) error {
	roles, err := s.Office.RolesOf(r.ctx, r.user.ID)
	if err != nil {
		return err
	}
	if !roles.May(office.AskSupport) {
		return fault.New(fault.NotFound, "There is no such account.")
	}
	v, err := s.Support.Look(r.ctx, r.staff(), r.param("slug"), r.route.Path)
	if err != nil {
		return err
	}
	if r.changes() {
		return fault.New(fault.Forbidden, "You see this account as support. Nothing can be changed.")
	}
	r.ctx = audit.Under(r.ctx, v.Owner, v.GrantID)
	r.account, r.role, r.support = v.Account, account.Viewer, &v
	r.scope = staffScope(v.Account.ID, r.user.ID)
	return nil
}

// staff is the signed-in person of the operator.
func (r *request) staff() support.Staff {
	return support.Staff{ID: r.user.ID, Name: r.user.Email, Session: r.session.Hash}
}

// addSupportBanner says on every page that these are somebody else's.
func (r *request) addSupportBanner(p *layout.Page) {
	if r.support == nil {
		return
	}
	entry := layout.Account{Slug: r.account.Slug, Name: r.account.Name, Sending: sendingState(r.account.State)}
	p.Account, p.Accounts = &entry, []layout.Account{entry}
	p.Banners = append([]layout.Banner{{
		Tone: layout.Warn, Title: "You see the pages of " + r.support.Owner + " as support.",
		Text:   "Read-only, until " + r.support.ExpiresAt.UTC().Format("15:04 UTC") + ". Every page you open is in their audit log, under your name.",
		Action: "Leave", URL: urls.StaffLeave, Post: true,
	}}, p.Banners...)
}
