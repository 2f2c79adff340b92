package web

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/delivery"
	"smtpserver/app/id"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// Captures is the box of mail that DELIVERY=capture kept.
type Captures interface {
	Captures(ctx context.Context, limit int) ([]delivery.Captured, error)
	Find(ctx context.Context, captureID id.ID) (delivery.Captured, error)
}

const shownCaptures = 100

// inboxList shows the captured mail.
func (s *Server) inboxList(r *request) error {
	found, err := s.Captures.Captures(r.ctx, shownCaptures)
	if err != nil {
		return err
	}
	query := strings.ToLower(strings.TrimSpace(r.query("q")))
	page := pages.InboxList{Query: query}
	for _, c := range found {
		row := inboxRow(c)
		if query == "" || strings.Contains(strings.ToLower(row.To+" "+row.Subject+" "+row.From), query) {
			page.Rows = append(page.Rows, row)
		}
	}
	return r.show(fiber.StatusOK, "Captured mail", func(p layout.Page) view {
		page.Page = p
		return page
	})
}

func inboxRow(c delivery.Captured) pages.InboxRow {
	return pages.InboxRow{ID: c.ID.String(), From: c.MailFrom, To: strings.Join(c.Recipients, ", "), Subject: c.Subject, At: c.CapturedAt}
}
