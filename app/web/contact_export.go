package web

import (
	"context"
	"io"
	"strings"

	"smtpserver/app/contact"
	"smtpserver/app/id"
	"smtpserver/app/listimport"
)

// contactExport gives contacts as a file: all, of a list, of a segment or of a search.
func (s *Server) contactExport(r *request) error {
	var f contact.Filter
	what := "all contacts"
	switch {
	case r.query("list") != "":
		listID, err := id.Parse(r.query("list"))
		if err != nil {
			return errNoPage()
		}
		l, err := s.Contacts.List(r.ctx, r.scope, listID)
		if err != nil {
			return err
		}
		f.ListID, what = listID, "the list "+l.Name
	case r.query("segment") != "":
		segmentID, err := id.Parse(r.query("segment"))
		if err != nil {
			return errNoPage()
		}
		segment, err := s.Contacts.Segment(r.ctx, r.scope, segmentID)
		if err != nil {
			return err
		}
		f.Where, what = &segment.Rules, "the segment "+segment.Name
	case r.query("q") != "":
		f.In, f.Prefix = r.query("in"), strings.TrimSpace(r.query("q"))
		what = "contacts whose " + f.In + " begins with " + f.Prefix
	}
	format, kind := contact.AsCSV, "text/csv; charset=utf-8"
	if contact.Format(r.query("as")) == contact.AsXLSX {
		format, kind = contact.AsXLSX, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	if err := s.Contacts.RecordExport(r.ctx, r.scope, what+" as "+string(format)); err != nil {
		return err
	}
	scope := r.scope
	return r.stream("contacts."+string(format), kind, func(ctx context.Context, w io.Writer) error {
		return s.Contacts.Export(ctx, scope, f, format, listimport.SafeCell, w)
	})
}
