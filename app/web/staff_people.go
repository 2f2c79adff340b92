package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/office"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// by is the signed-in person who changes staff.
func (r *request) officer() office.By { return office.By{ID: r.user.ID, Name: r.user.Email} }

// staffPeople lists who works for the operator.
func (s *Server) staffPeople(r *request) error {
	return s.showPeople(r, fiber.StatusOK, pages.StaffPeople{})
}

func (s *Server) showPeople(r *request, status int, page pages.StaffPeople) error {
	list, err := s.Office.List(r.ctx)
	if err != nil {
		return err
	}
	page.TwoFactors = s.cfg.StaffTwoFactors
	for _, p := range list {
		page.Rows = append(page.Rows, staffPersonRow(p))
	}
	for _, role := range office.All {
		page.Roles = append(page.Roles, roleOption(role))
	}
	return r.showStaff(status, "People", layout.NavStaffPeople, []layout.Crumb{{Label: "People"}}, func(p layout.Page) view {
		page.Page = p
		return page
	})
}

func staffPersonRow(p office.Person) pages.StaffPersonRow {
	row := pages.StaffPersonRow{ID: p.ID.String(), Name: p.Name, Email: p.Email, Since: p.CreatedAt, SeenAt: timeOrZero(p.SeenAt), TwoFactors: p.TwoFactors, Ended: p.Ended()}
	for _, role := range p.Roles {
		row.Roles = append(row.Roles, string(role))
	}
	return row
}

func roleOption(role office.Role) pages.StaffRole {
	return pages.StaffRole{Name: string(role), About: role.About()}
}

// rolesTyped are the boxes that were ticked.
func (r *request) rolesTyped() (roles office.Roles) {
	for _, role := range office.All {
		if r.post("role_"+string(role)) != "" {
			roles = append(roles, role)
		}
	}
	return roles
}

// staffInvite lets somebody into the back office.
func (s *Server) staffInvite(r *request) error {
	email, roles := r.post("email"), r.rolesTyped()
	_, err := s.Office.Invite(r.ctx, r.officer(), email, roles)
	if status, errs, ok := refusal(err); ok {
		page := pages.StaffPeople{Email: email, Errors: errs, Chosen: map[string]bool{}}
		for _, role := range roles {
			page.Chosen[string(role)] = true
		}
		return s.showPeople(r, status, page)
	}
	if err != nil {
		return err
	}
	if err := r.flash(layout.Good, "Invited. The link in the mail works once, within the hour."); err != nil {
		return err
	}
	return r.redirect(urls.StaffPeople)
}

// staffPerson shows one of them with what they may do.
func (s *Server) staffPerson(r *request) error {
	return s.showStaffPerson(r, fiber.StatusOK, "", nil)
}

func (s *Server) showStaffPerson(r *request, status int, reason string, errs pages.Errors) error {
	userID, err := r.id()
	if err != nil {
		return err
	}
	who, err := s.Office.Get(r.ctx, userID)
	if err != nil {
		return err
	}
	page := pages.StaffPerson{Row: staffPersonRow(who), Reason: reason, Errors: errs, Own: userID == r.user.ID, Held: map[string]bool{}}
	for _, role := range office.All {
		page.Roles = append(page.Roles, roleOption(role))
		page.Held[string(role)] = who.Roles.Has(role)
	}
	return r.showStaff(status, who.Email, layout.NavStaffPeople, []layout.Crumb{{Label: "People", URL: urls.StaffPeople}, {Label: who.Email}}, func(p layout.Page) view {
		page.Page = p
		return page
	})
}

// staffRoles gives a person exactly the ticked roles.
func (s *Server) staffRoles(r *request) error {
	return s.changePerson(r, "Saved. It counts from the next page they open.", func(who office.Person) error {
		return s.Office.SetRoles(r.ctx, r.officer(), who.ID, r.rolesTyped())
	})
}

// staffLink sends a person another link by which they sign in.
func (s *Server) staffLink(r *request) error {
	return s.changePerson(r, "A new link is in the mail. It works once, within the hour.", func(who office.Person) error {
		_, err := s.Office.Invite(r.ctx, r.officer(), who.Email, who.Roles)
		return err
	})
}

// staffEnd takes everything from a person.
func (s *Server) staffEnd(r *request) error {
	return s.changePerson(r, "Ended. They are signed out everywhere.", func(who office.Person) error {
		return s.Office.End(r.ctx, r.officer(), who.ID, r.post("reason"))
	})
}

func (s *Server) changePerson(r *request, done string, change func(office.Person) error) error {
	userID, err := r.id()
	if err != nil {
		return err
	}
	who, err := s.Office.Get(r.ctx, userID)
	if err != nil {
		return err
	}
	err = change(who)
	if status, errs, ok := refusal(err); ok {
		return s.showStaffPerson(r, status, r.post("reason"), errs)
	}
	if err != nil {
		return err
	}
	if err := r.flash(layout.Good, done); err != nil {
		return err
	}
	return r.redirect(urls.StaffPerson(userID.String(), ""))
}
