package story

import (
	"net/http"
	"strings"

	"smtpserver/static"
	"smtpserver/views/layout"
)

// Policy is the product's own, so that a story breaks where the product would.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; frame-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'"

// Handler serves the stories: / lists them, /{name} shows one, ?theme= chooses its colours.
func Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+static.Prefix, serveStatic)
	mux.HandleFunc("GET /mail.html", serveMail)
	mux.HandleFunc("POST /a/{slug}/templates/preview", serveMail)
	mux.HandleFunc("GET /{$}", serveIndex)
	for _, s := range All() {
		mux.HandleFunc("GET /"+slug(s), func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", Policy)
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.WriteHeader(s.Status)
			if err := s.Page(layout.ParseTheme(r.FormValue("theme"))).Render(r.Context(), w); err != nil {
				panic(err) // the connection is gone, or the page is broken: nothing sensible can follow
			}
		})
	}
	return mux
}

// slug is a story's path.
func slug(s Story) string { return strings.ReplaceAll(s.Name, " ", "_") }

func serveStatic(w http.ResponseWriter, r *http.Request) {
	asset, ok := static.Lookup(strings.TrimPrefix(r.URL.Path, static.Prefix))
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", asset.ContentType)
	w.Header().Set("Cache-Control", asset.CacheControl)
	_, _ = w.Write(asset.Body) // the browser may have left
}

func serveMail(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(content().HTML)) // the browser may have left
}

func serveIndex(w http.ResponseWriter, _ *http.Request) {
	var b strings.Builder
	b.WriteString("<!doctype html><html lang=en><meta charset=utf-8><title>Stories</title><h1>Stories</h1><ul>")
	for _, s := range All() {
		b.WriteString("<li>" + s.Name + ": ")
		for _, theme := range []layout.Theme{layout.Light, layout.Dark} {
			b.WriteString(`<a href="/` + slug(s) + `?theme=` + string(theme) + `">` + string(theme) + `</a> `)
		}
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(b.String() + "</ul></html>")) // the browser may have left
}
