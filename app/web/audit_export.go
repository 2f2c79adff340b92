package web

import (
	"bytes"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/audit"
)

// mostExported bounds one file; a longer time is downloaded in parts, by its dates.
const mostExported = 100_000

// auditExport gives the filtered list as a file.
func (s *Server) auditExport(r *request) error {
	_, filter := r.auditFilter()
	filter.Before, filter.After = "", ""
	var file bytes.Buffer
	if err := s.Audit.WriteCSV(r.ctx, r.scope, filter, mostExported, &file); err != nil {
		return err
	}
	if err := s.Audit.Record(r.ctx, r.scope, audit.Entry{Action: "export.audit_downloaded"}); err != nil {
		return err
	}
	return r.attach("audit.csv", "text/csv; charset=utf-8", file.Bytes())
}

// attach answers with a file to keep.
func (r *request) attach(name, contentType string, content []byte) error {
	r.c.Set(fiber.HeaderContentType, contentType)
	r.c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+name+`"`)
	return r.c.Send(content)
}
