package web

import (
	"fmt"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/office"
	"smtpserver/app/terms"
	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// showStaff answers with a page of the back office.
func (r *request) showStaff(status int, title string, active layout.Nav, crumbs []layout.Crumb, build func(layout.Page) view) error {
	return r.show(status, title, func(p layout.Page) view {
		p.Active, p.Breadcrumbs, p.Refused = active, crumbs, r.refused()
		return build(p)
	})
}

// refused says of each permission of the back office why the person lacks it.
func (r *request) refused() map[string]string {
	why := map[string]string{}
	for _, p := range office.Permissions() {
		if !r.roles.May(p) {
			why[string(p)] = office.WhyNot(p)
		}
	}
	return why
}

// staffTerms shows every document at a glance.
func (s *Server) staffTerms(r *request) error {
	all, err := s.Terms.AllVersions(r.ctx)
	if err != nil {
		return err
	}
	drafts, err := s.TermsDesk.Drafts(r.ctx)
	if err != nil {
		return err
	}
	page := pages.StaffTerms{}
	for _, d := range terms.Documents {
		doc := pages.StaffDocument{Document: string(d), Name: d.Name()}
		own := terms.Of(all, d)
		for _, v := range own {
			row, err := s.staffRow(r, v, own)
			if err != nil {
				return err
			}
			doc.Open = doc.Open || row.State == string(terms.Announced)
			doc.Versions = append(doc.Versions, row)
		}
		for _, f := range drafts {
			switch {
			case f.Document != d:
			case f.ApprovedBy.IsZero():
				doc.Draft = "A draft waits for a second person's approval."
			default:
				doc.Draft = "A draft is approved and can be announced."
			}
		}
		page.Documents = append(page.Documents, doc)
	}
	return r.showStaff(fiber.StatusOK, "Terms", layout.NavStaffTerms, []layout.Crumb{{Label: "Terms"}}, func(p layout.Page) view {
		page.Page = p
		return page
	})
}

func (s *Server) staffRow(r *request, v terms.Version, all []terms.Version) (pages.StaffVersionRow, error) {
	state := v.StateAmong(all, s.Clock.Now())
	row := pages.StaffVersionRow{Number: v.Number, State: string(state), EffectiveOn: v.EffectiveOn.Long(), URL: urls.StaffVersion(string(v.Document), v.Number, "")}
	if state != terms.Announced || v.Kind != terms.Material {
		return row, nil
	}
	f, err := s.Terms.FiguresOf(r.ctx, v.Document, v.Number)
	switch {
	case err != nil:
	case v.NotifiedAt == nil:
		row.Note = fmt.Sprintf("notices: %s of %s are under way", components.Count(f.Queued+f.NotMailed), components.Count(f.Told))
	default:
		row.Note = fmt.Sprintf("everybody was told; %s accepted, %s objected, %s unreachable by mail", components.Count(f.Explicit), components.Count(f.Objected), components.Count(f.Unreachable))
	}
	return row, err
}
