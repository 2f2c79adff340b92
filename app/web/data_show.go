package web

import (
	"bufio"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// dataShow shows the exports, and how to close the account.
func (s *Server) dataShow(r *request) error { return s.showData(r, fiber.StatusOK, "", nil) }

// dataExport asks for an export.
func (s *Server) dataExport(r *request) error {
	return s.afterData(r, s.Departure.Ask(r.ctx, r.scope), "The export is being made. We mail you when it is ready.")
}

// dataDownload gives a finished export, piece by piece.
func (s *Server) dataDownload(r *request) error {
	exportID, err := r.id()
	if err != nil {
		return err
	}
	if err := s.Departure.Downloadable(r.ctx, r.scope, exportID); err != nil {
		return err
	}
	ctx, scope := s.outlive(r), r.scope
	r.c.Set(fiber.HeaderContentType, "application/zip")
	r.c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+r.account.Slug+`.zip"`)
	r.c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		err := s.Departure.Download(ctx, scope, exportID, func(piece []byte) error {
			if _, err := w.Write(piece); err != nil {
				return err
			}
			return w.Flush()
		})
		if err != nil {
			s.Log.Warn("a download ended early", "error", err)
		}
	})
	return nil
}

// dataClose closes the account.
func (s *Server) dataClose(r *request) error {
	typed := r.post("confirm_name")
	if !isText(typed) {
		return fault.Field("confirm_name", "This field holds characters that are no text.")
	}
	err := s.Departure.Close(r.ctx, r.scope, typed)
	if status, errs, ok := refusal(err); ok {
		return s.showData(r, status, typed, errs)
	}
	return s.afterData(r, err, "The account is closed. Nothing is sent from it any more.")
}

// dataReopen undoes it.
func (s *Server) dataReopen(r *request) error {
	return s.afterData(r, s.Departure.Reopen(r.ctx, r.scope), "The account is open again. What was held stays held until you release it.")
}

func (s *Server) afterData(r *request, err error, done string) error {
	if status, errs, ok := refusal(err); ok {
		return s.showData(r, status, "", errs)
	}
	if err != nil {
		return err
	}
	if err := r.flash(layout.Good, done); err != nil {
		return err
	}
	return r.redirect(r.urls().Data())
}

func (s *Server) showData(r *request, status int, typed string, errs pages.Errors) error {
	list, err := s.Departure.Exports(r.ctx, r.scope)
	if err != nil {
		return err
	}
	closure, closed, err := s.Departure.ClosureOf(r.ctx, r.scope)
	if err != nil {
		return err
	}
	page := pages.DataShow{Closed: closed, EraseAt: closure.EraseAt, Typed: typed, Errors: errs, ExportDenied: r.denied(account.ExportData), CloseDenied: r.denied(account.OwnAccount)}
	for _, e := range list {
		page.Exports = append(page.Exports, pages.ExportRow{
			ID: e.ID.String(), State: e.State, Part: e.Part, Done: e.PartsDone, Parts: e.Parts, Size: e.Size, At: e.CreatedAt, ExpiresAt: timeOrZero(e.ExpiresAt),
		})
		page.Making = page.Making || e.State == "queued" || e.State == "running"
	}
	if page.Payment, err = s.paymentHeld(r); err != nil {
		return err
	}
	return r.show(status, "Data", func(p layout.Page) view {
		p.Active = layout.NavSettings
		p.Breadcrumbs = []layout.Crumb{{Label: "Settings", URL: r.urls().Settings()}, {Label: "Data"}}
		page.Page = p
		return page
	})
}
