package web

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/contact"
	"smtpserver/app/id"
	"smtpserver/app/listimport"
	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// importShow is one import, wherever it stands.
func (s *Server) importShow(r *request) error {
	importID, err := r.id()
	if err != nil {
		return err
	}
	return s.showImport(r, fiber.StatusOK, importID, nil, nil)
}

// showImport draws the page; typed is what a refused plan held.
func (s *Server) showImport(r *request, status int, importID id.ID, typed *listimport.Plan, errs pages.Errors) error {
	row, err := s.Imports.Import(r.ctx, r.scope, importID)
	if err != nil {
		return err
	}
	page := s.importPage(r, row)
	page.Errors = errs
	if page.Open {
		if err := s.addMapping(r, &page, row, typed); err != nil {
			return err
		}
	}
	return r.show(status, "Import of "+row.FileName, func(p layout.Page) view {
		p.Active = layout.NavImports
		page.Page = p
		return page
	})
}

func (s *Server) importPage(r *request, row listimport.Import) pages.ImportShow {
	now := s.Clock.Now()
	rate, left := row.Rate(now)
	page := pages.ImportShow{
		ID: row.ID.String(), File: row.FileName, Size: row.Size, State: string(row.State), Reason: row.Reason, At: row.CreatedAt, Working: row.State.Working(),
		Open:    row.State == listimport.Mapping || row.State == listimport.Checked || row.State == listimport.Held,
		Checked: importCounts(row.Checked), Counts: importCounts(row.Counts), Consent: row.Consent,
		Grade: row.Quality.Grade, GradeReasons: row.Quality.Reasons, RowsDone: row.RowsDone, Part: part(row.OctetsDone, row.Size), Rate: int64(rate), Left: left, Stopping: row.Stop,
		CanUndo: row.CanUndo(now), UndoUntil: timeOrZero(row.UndoUntil), FinishedAt: timeOrZero(row.FinishedAt), Denied: r.denied(account.ManageContacts),
		Failed: row.State == listimport.Failed,
	}
	for _, code := range reasonsOf(shownCounts(row)) {
		page.Reasons = append(page.Reasons, pages.ImportReason{Text: code.Reason(), Class: string(code.Class()), Rows: shownCounts(row).Reasons[code]})
	}
	return page
}

// part is a share in percent.
func part(done, whole int64) int {
	if whole <= 0 {
		return 0
	}
	return int(min(100*done/whole, 100))
}

// reasonsOf lists why rows were not taken, in the order of their codes.
func reasonsOf(c listimport.Counts) (codes []listimport.Code) {
	for code := listimport.DuplicateRow; code < 255; code++ {
		if c.Reasons[code] > 0 {
			codes = append(codes, code)
		}
	}
	return codes
}

// addMapping adds the columns with their samples and the choices of the form.
func (s *Server) addMapping(r *request, page *pages.ImportShow, row listimport.Import, typed *listimport.Plan) error {
	names, sample, err := s.Imports.Preview(r.ctx, r.scope, row.ID)
	if _, errs, ok := refusal(err); ok {
		page.Unreadable = errs[""]
	} else if err != nil {
		return err
	}
	fields, err := s.Contacts.Fields(r.ctx, r.scope)
	if err != nil {
		return err
	}
	lists, err := s.Contacts.Lists(r.ctx, r.scope)
	if err != nil {
		return err
	}
	plan := listimport.Plan{Columns: row.Settings.Columns, Policy: row.Settings.Policy, Lists: row.Settings.Lists, Consent: row.Consent}
	if typed != nil {
		plan = *typed
	}
	page.Policy, page.Consent, page.Sample = string(plan.Policy), plan.Consent, sample
	page.IsCSV, page.Encoding, page.Delimiter, page.Header = row.Settings.Format == listimport.CSV, row.Settings.Encoding, delimiterName(row.Settings.Delimiter), row.Settings.Header
	for i, name := range names {
		column := pages.ImportColumn{Field: "column_" + strconv.Itoa(i), Name: name}
		if i < len(plan.Columns) {
			column.Part = plan.Columns[i]
		}
		for _, cells := range sample {
			if i < len(cells) && strings.TrimSpace(cells[i]) != "" && len(column.Samples) < 3 {
				column.Samples = append(column.Samples, cells[i])
			}
		}
		page.Columns = append(page.Columns, column)
	}
	page.Parts = partOptions(fields)
	for _, l := range lists {
		chosen := false
		for _, listID := range plan.Lists {
			chosen = chosen || listID == l.ID
		}
		page.Lists = append(page.Lists, pages.ListChoice{ID: l.ID.String(), Name: l.Name, Members: l.Members, Chosen: chosen})
	}
	for _, e := range listimport.Encodings {
		page.Encodings = append(page.Encodings, components.Option{Value: e.Name, Label: e.Label})
	}
	for _, d := range listimport.Delimiters {
		page.Delimiters = append(page.Delimiters, components.Option{Value: delimiterName(d.Value), Label: d.Label})
	}
	return nil
}

// partOptions are what a column can be.
func partOptions(fields []contact.Field) []components.Option {
	options := []components.Option{
		{Value: "", Label: "Leave out"}, {Value: contact.PartEmail, Label: "E-mail address"}, {Value: contact.PartName, Label: "Name"}, {Value: contact.PartCompany, Label: "Company"},
		{Value: contact.PartKind, Label: "Kind (individual or corporate)"}, {Value: contact.PartLanguage, Label: "Language"}, {Value: contact.PartTimeZone, Label: "Time zone"},
	}
	for _, f := range fields {
		options = append(options, components.Option{Value: contact.PartField + f.Key, Label: f.Label})
	}
	return options
}

// Delimiters have names in forms: a tab does not survive everywhere.
var delimiterNames = map[string]string{",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}

func delimiterName(delimiter string) string { return delimiterNames[delimiter] }

func delimiterOf(name string) string {
	for delimiter, n := range delimiterNames {
		if n == name {
			return delimiter
		}
	}
	return ""
}

// importProgress is the part that moves. When the work is over it asks for the whole page.
func (s *Server) importProgress(r *request) error {
	importID, err := r.id()
	if err != nil {
		return err
	}
	row, err := s.Imports.Import(r.ctx, r.scope, importID)
	if err != nil {
		return err
	}
	if !row.State.Working() {
		r.c.Set("HX-Refresh", "true")
	}
	page := s.importPage(r, row)
	frame, err := r.frame("Import")
	if err != nil {
		return err
	}
	page.Page = frame
	return r.render(fiber.StatusOK, page.Progress())
}

// importFollow streams that part while it moves.
func (s *Server) importFollow(r *request) error {
	importID, err := r.id()
	if err != nil {
		return err
	}
	if _, err := s.Imports.Import(r.ctx, r.scope, importID); err != nil {
		return err
	}
	frame, err := r.frame("Import")
	if err != nil {
		return err
	}
	return r.follow(func(r *request) (templ.Component, bool, error) {
		row, err := s.Imports.Import(r.ctx, r.scope, importID)
		if err != nil {
			return nil, false, err
		}
		page := s.importPage(r, row)
		page.Page = frame
		return page.Progress(), !row.State.Working(), nil
	})
}
