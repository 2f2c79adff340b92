package web

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// redirect answers a form with 303 and a path of ours; htmx is told to load it as a
// page. The target is always local: whoever passes text from outside uses localPath.
func (r *request) redirect(path string) error {
	if r.c.Get("HX-Request") == "true" {
		r.c.Set("HX-Redirect", path)
		return r.c.SendStatus(fiber.StatusOK)
	}
	return r.c.Redirect(path, fiber.StatusSeeOther)
}

// localPath returns the text when it is a path on this site, else the fallback.
// "//evil", "/\evil" and anything with a scheme or control characters is not (L-01).
func localPath(text, fallback string) string {
	if !strings.HasPrefix(text, "/") || strings.HasPrefix(text, "//") || strings.ContainsAny(text, "\\\r\n\t") || !isText(text) || len(text) > 2000 {
		return fallback
	}
	u, err := url.Parse(text)
	if err != nil || u.Host != "" || u.Scheme != "" || u.User != nil || strings.HasPrefix(u.Path, "//") {
		return fallback
	}
	return text
}
