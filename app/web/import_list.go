package web

import (
	"fmt"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/listimport"
	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

const importsPerPage = 30

// importList shows the imports and takes files.
func (s *Server) importList(r *request) error { return s.showImports(r, fiber.StatusOK, nil) }

func (s *Server) showImports(r *request, status int, errs pages.Errors) error {
	rows, err := s.Imports.Imports(r.ctx, r.scope, idOrNone(r.query("before")), importsPerPage+1)
	if err != nil {
		return err
	}
	page := pages.ImportList{Errors: errs, Denied: r.denied(account.ManageContacts)}
	if len(rows) > importsPerPage {
		rows = rows[:importsPerPage]
		page.Pager = components.Pager{Older: urls.WithQuery(r.urls().Imports(), "before", rows[len(rows)-1].ID.String())}
	}
	for _, i := range rows {
		page.Rows = append(page.Rows, pages.ImportRow{ID: i.ID.String(), File: i.FileName, State: string(i.State), Counts: importCounts(shownCounts(i)), At: i.CreatedAt})
	}
	return r.show(status, "Imports", func(p layout.Page) view {
		p.Active = layout.NavImports
		page.Page = p
		return page
	})
}

func shownCounts(i listimport.Import) listimport.Counts {
	if i.Counts.Rows > 0 {
		return i.Counts
	}
	return i.Checked
}

func importCounts(c listimport.Counts) pages.ImportCounts {
	return pages.ImportCounts{
		Rows: c.Rows, Added: c.Added, Updated: c.Updated, Unchanged: c.Unchanged, Duplicate: c.Duplicate, Suppressed: c.Suppressed, Rejected: c.Rejected,
		Removed: c.Removed, Restored: c.Restored, Kept: c.Kept,
	}
}

// importUpload takes a file as it arrives.
func (s *Server) importUpload(r *request) error {
	if r.upload == nil || r.upload.file == nil {
		return s.showImports(r, fiber.StatusUnprocessableEntity, pages.Errors{"file": "Choose a file."})
	}
	importID, err := s.Imports.Upload(r.ctx, r.scope, r.upload.name, r.upload.file)
	if err == nil && r.upload.another() {
		err = s.Imports.Discard(r.ctx, r.scope, importID)
		if err == nil {
			err = fault.New(fault.Invalid, "Send one file at a time.")
		}
	}
	if status, errs, ok := refusal(err); ok {
		if errs[""] != "" {
			errs = pages.Errors{"file": errs[""]}
		}
		return s.showImports(r, status, errs)
	}
	if err != nil {
		return fmt.Errorf("web: upload: %w", err)
	}
	return r.redirect(r.urls().Import(importID.String()))
}
