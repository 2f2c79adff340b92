package web

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/listimport"
	"smtpserver/views/layout"
)

// importRead corrects how the file is read.
func (s *Server) importRead(r *request) error {
	return s.importStep(r, nil, "", func(importID id.ID) error {
		return s.Imports.Reread(r.ctx, r.scope, importID, r.post("encoding"), delimiterOf(r.post("delimiter")), r.post("header") != "")
	})
}

// importCheck takes the plan and starts the dry run.
func (s *Server) importCheck(r *request) error {
	importID, err := r.id()
	if err != nil {
		return err
	}
	row, err := s.Imports.Import(r.ctx, r.scope, importID)
	if err != nil {
		return err
	}
	plan := listimport.Plan{Policy: listimport.Policy(r.post("policy")), Consent: r.post("consent")}
	if !isText(plan.Consent) {
		return fault.New(fault.Invalid, "The statement holds characters that are no text.")
	}
	for i := range row.Settings.Columns {
		plan.Columns = append(plan.Columns, r.post("column_"+strconv.Itoa(i)))
	}
	for _, value := range r.posts("lists") {
		listID, err := id.Parse(value)
		if err != nil {
			return fault.Wrap(fault.Invalid, "There is no such list.", err)
		}
		plan.Lists = append(plan.Lists, listID)
	}
	return s.importStep(r, &plan, "", func(importID id.ID) error { return s.Imports.Check(r.ctx, r.scope, importID, plan) })
}

// importStart begins the import itself.
func (s *Server) importStart(r *request) error {
	return s.importStep(r, nil, "", func(importID id.ID) error {
		return s.Imports.Start(r.ctx, r.scope, importID, r.post("despite_invalid") != "")
	})
}

// importCancel stops what is under way.
func (s *Server) importCancel(r *request) error {
	return s.importStep(r, nil, "It stops at the end of the rows it has in hand.", func(importID id.ID) error { return s.Imports.Cancel(r.ctx, r.scope, importID) })
}

// importUndo takes the import back.
func (s *Server) importUndo(r *request) error {
	return s.importStep(r, nil, "", func(importID id.ID) error { return s.Imports.Undo(r.ctx, r.scope, importID) })
}

// importStep does one action on an import and leads back to its page.
func (s *Server) importStep(r *request, typed *listimport.Plan, done string, do func(id.ID) error) error {
	importID, err := r.id()
	if err != nil {
		return err
	}
	err = do(importID)
	if status, errs, ok := refusal(err); ok {
		return s.showImport(r, status, importID, typed, errs)
	}
	if err != nil {
		return err
	}
	if done != "" {
		if err := r.flash(layout.Good, done); err != nil {
			return err
		}
	}
	return r.redirect(r.urls().Import(importID.String()))
}

// importDiscard removes an import that nothing was stored from.
func (s *Server) importDiscard(r *request) error {
	importID, err := r.id()
	if err != nil {
		return err
	}
	if err := s.Imports.Discard(r.ctx, r.scope, importID); err != nil {
		return err
	}
	if err := r.flash(layout.Good, "The file is removed. Nothing of it was imported."); err != nil {
		return err
	}
	return r.redirect(r.urls().Imports())
}

// importRows downloads the rows of one class with their reasons.
func (s *Server) importRows(r *request) error {
	importID, err := r.id()
	if err != nil {
		return err
	}
	row, err := s.Imports.Import(r.ctx, r.scope, importID)
	if err != nil {
		return err
	}
	class := listimport.Class(r.query("class"))
	if !class.Valid() || !row.MayDownload() {
		return errNoPage()
	}
	if err := s.Imports.Available(r.ctx, r.scope, importID); err != nil {
		return err
	}
	scope := r.scope
	return r.stream(fmt.Sprintf("%s-%s.csv", class, importID), "text/csv; charset=utf-8", func(ctx context.Context, w io.Writer) error {
		return s.Imports.Download(ctx, scope, importID, class, w)
	})
}

// posts returns all values of one field of the body.
func (r *request) posts(name string) (values []string) {
	for _, value := range r.c.Request().PostArgs().PeekMulti(name) {
		values = append(values, string(value))
	}
	return values
}
