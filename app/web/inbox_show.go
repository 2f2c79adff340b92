package web

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/delivery"
	"smtpserver/app/mail/mime"
	"smtpserver/app/store"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// inboxShow shows one captured mail.
func (s *Server) inboxShow(r *request) error {
	c, err := s.captured(r)
	if err != nil {
		return err
	}
	name := c.ID.String()
	return r.show(fiber.StatusOK, c.Subject, func(p layout.Page) view {
		return pages.InboxShow{
			Page: p, InboxRow: inboxRow(c), Tab: messageTab(r.query("tab")),
			Content: contentOf(c.Content, "", mime.Read(c.Content), urls.DevMessage(name, "preview"), urls.DevMessage(name, "raw")),
		}
	})
}

func (s *Server) captured(r *request) (delivery.Captured, error) {
	captureID, err := r.id()
	if err != nil {
		return delivery.Captured{}, err
	}
	c, err := s.Captures.Find(r.ctx, captureID)
	if errors.Is(err, store.ErrNotFound) {
		err = errNoPage()
	}
	return c, err
}

// inboxPreview is the captured mail's own HTML, for a sandboxed frame.
func (s *Server) inboxPreview(r *request) error {
	c, err := s.captured(r)
	if err != nil {
		return err
	}
	return r.sendPreview(c.Content)
}

// inboxRaw downloads the captured mail.
func (s *Server) inboxRaw(r *request) error {
	c, err := s.captured(r)
	if err != nil {
		return err
	}
	return r.sendRaw(c.ID.String(), c.Content)
}
