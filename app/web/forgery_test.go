package web

import (
	"net/http"
	"strings"
	"testing"

	"smtpserver/app/id"
)

// pathOf fills a route's parameters with values that name nothing.
func pathOf(route Route, slug string) string {
	path := strings.Replace(route.Path, ":slug", slug, 1)
	path = strings.Replace(path, ":number", "1", 1)
	path = strings.Replace(path, "*", "app.css", 1)
	return parameter.ReplaceAllString(path, id.New().String())
}

// TestForgery is H-01: every route that may change something refuses every request
// that is not from a page of ours in this very session.
func TestForgery(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada, bob := s.member(t, "ada@example.com"), s.member(t, "bob@example.com")
	own, foreign, visitor := ada.token(), bob.token(), s.browser(t).token()
	tried := 0
	for _, route := range s.Routes() {
		if route.Method == http.MethodGet {
			continue
		}
		if route.Access.mailed || route.Access.signed {
			continue // RFC 8058: from anywhere, by a token in the path; or by a signature
		}
		tried++
		path := pathOf(route, ada.slug)
		body := func(token string) string { return "_csrf=" + token + "&" + forms[route.Path] }
		for name, a := range map[string]answer{
			"no token":              ada.do(route.Method, path, forms[route.Path]),
			"empty token":           ada.do(route.Method, path, body("")),
			"another session's":     ada.do(route.Method, path, body(foreign)),
			"a visitor's":           ada.do(route.Method, path, body(visitor)),
			"token in the query":    ada.do(route.Method, path+"?_csrf="+own, forms[route.Path]),
			"cross Origin":          ada.do(route.Method, path, body(own), header("Origin", "https://evil.example")),
			"null Origin":           ada.do(route.Method, path, body(own), header("Origin", "null")),
			"like-named Origin":     ada.do(route.Method, path, body(own), header("Origin", "http://mail.example.com.evil.example")),
			"cross-site fetch":      ada.do(route.Method, path, body(own), header("Sec-Fetch-Site", "cross-site")),
			"same-site fetch":       ada.do(route.Method, path, body(own), header("Sec-Fetch-Site", "same-site")),
			"text/plain JSON":       ada.do(route.Method, path, `{"_csrf":"`+own+`"}`, header("Content-Type", "text/plain")),
			"signed out, no cookie": s.browser(t).do(route.Method, path, body(own)),
		} {
			if a.StatusCode != http.StatusForbidden {
				t.Errorf("%s %s, %s: status %d, want 403", route.Method, route.Path, name, a.StatusCode)
			}
		}
	}
	if tried < 10 {
		t.Errorf("only %d routes change something: is the table whole?", tried)
	}
}

// The same requests pass when they are ours, or the test above would prove nothing.
func TestOurOwnFormsPass(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for name, tweaks := range map[string][]tweak{
		"a browser":     {header("Origin", "http://mail.example.com"), header("Sec-Fetch-Site", "same-origin")},
		"an old one":    {header("Origin", "http://mail.example.com")},
		"by its host":   {header("Origin", s.url)},
		"without hints": nil,
	} {
		ada := s.member(t, strings.ReplaceAll(name, " ", ".")+"@example.com")
		for _, route := range s.Routes() {
			if route.Method == http.MethodGet || strings.Contains(route.Path, "password") || route.Path == "/logout" || route.Path == "/login" {
				continue
			}
			a := ada.do(route.Method, pathOf(route, ada.slug), "_csrf="+ada.token()+"&"+forms[route.Path], tweaks...)
			if a.StatusCode == http.StatusForbidden {
				t.Errorf("%s, %s %s: 403 %s", name, route.Method, route.Path, text(a.body))
			}
		}
		if a := ada.do(http.MethodPost, "/theme", "theme=dark", append(tweaks, header("X-Csrf-Token", ada.token()))...); a.StatusCode != http.StatusSeeOther {
			t.Errorf("%s, token in the header: %d", name, a.StatusCode)
		}
	}
}
