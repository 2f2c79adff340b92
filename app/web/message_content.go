package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/fault"
	"smtpserver/app/mail/mime"
	"smtpserver/views/pages"
)

// shownRaw is how much of a message's source a page shows; the rest is downloaded.
const shownRaw = 256 << 10

func contentOf(raw []byte, gone string, mail mime.View, preview, download string) pages.Content {
	if raw == nil {
		return pages.Content{Gone: gone}
	}
	c := pages.Content{HTML: mail.HTML, Text: mail.Text, Raw: strings.ToValidUTF8(string(raw[:min(len(raw), shownRaw)]), "\uFFFD"), Truncated: len(raw) > shownRaw, PreviewURL: preview, RawURL: download}
	for _, f := range mail.Fields {
		c.Headers = append(c.Headers, pages.Header{Name: f.Name, Value: f.Value})
	}
	return c
}

// messagePreview is the mail's own HTML. It is shown in a sandboxed frame, and
// sandboxes itself as well: no script, no form, no request, no origin (H-30).
func (s *Server) messagePreview(r *request) error {
	messageID, err := r.id()
	if err != nil {
		return err
	}
	content, err := s.Messages.Content(r.ctx, r.scope, messageID)
	if err != nil {
		return err
	}
	if content == nil {
		return errNoContent
	}
	return r.sendPreview(content)
}

// errNoContent answers for the parts of a message whose content is no longer kept.
var errNoContent = fault.New(fault.NotFound, "The content of this message is no longer kept.")

// previewPolicy lets a mail draw itself with what it brings, and nothing else.
const previewPolicy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"

func (r *request) sendPreview(content []byte) error {
	mail := mime.Read(content)
	r.c.Set(fiber.HeaderContentSecurityPolicy, previewPolicy)
	if mail.HTML == "" {
		r.c.Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
		return r.c.SendString(mail.Text)
	}
	r.c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return r.c.SendString(mail.HTML)
}

// messageRaw downloads the message as it was stored.
func (s *Server) messageRaw(r *request) error {
	messageID, err := r.id()
	if err != nil {
		return err
	}
	content, err := s.Messages.Content(r.ctx, r.scope, messageID)
	if err != nil {
		return err
	}
	if content == nil {
		return errNoContent
	}
	return r.sendRaw(messageID.String(), content)
}

func (r *request) sendRaw(name string, content []byte) error {
	r.c.Set(fiber.HeaderContentType, "message/rfc822")
	r.c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+name+`.eml"`)
	return r.c.Send(content)
}
