package web

import (
	"context"
	"html"
	"io"

	"github.com/a-h/templ"
)

// errorPage shows what happened, what was kept and what to do.
func (s *Server) errorPage(r *request, status int, text string, _ error) error {
	return r.render(status, templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, "<!doctype html><title>Error</title><h1>"+html.EscapeString(text)+"</h1>")
		return err
	}))
}
