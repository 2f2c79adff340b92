package web

import (
	"bytes"
	"fmt"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"
)

// render answers with a page or a part of one. It is written out whole before
// anything is sent: a page that breaks in the middle becomes an error page.
func (r *request) render(status int, page templ.Component) error {
	var b bytes.Buffer
	if err := page.Render(r.ctx, &b); err != nil {
		return fmt.Errorf("web: render %s: %w", r.route.Path, err)
	}
	r.c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return r.c.Status(status).Send(b.Bytes())
}
