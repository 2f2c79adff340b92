package web

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"
)

// Nothing is registered beside the table, or the walks would miss it.
func TestTheTableIsEverythingThatIsRegistered(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	var table []string
	for _, route := range s.Routes() {
		table = append(table, route.Method+" "+route.Path)
		if route.Method == fiber.MethodGet {
			table = append(table, "HEAD "+route.Path)
		}
		if route.Access.level == nobody {
			t.Errorf("%s %s says nobody may use it", route.Method, route.Path)
		}
		if strings.HasPrefix(route.Path, "/a/") != (route.Access.level == insider) {
			t.Errorf("%s: what lies below /a/ is for members, and nothing else is", route.Path)
		}
	}
	var registered []string
	for _, r := range s.app.GetRoutes(true) {
		registered = append(registered, r.Method+" "+r.Path)
	}
	slices.Sort(table)
	slices.Sort(registered)
	if !slices.Equal(table, registered) {
		t.Errorf("the table:\n%s\nregistered:\n%s", strings.Join(table, "\n"), strings.Join(registered, "\n"))
	}
}

// TestHeaders is H-11, on every route, whatever the answer.
func TestHeaders(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *Config) { c.PublicURL.Scheme = "https" })
	plain := newSite(t)
	visitor := s.browser(t)
	for _, route := range s.Routes() {
		a := visitor.do(route.Method, pathOf(route, "nothing-aaaa"), "")
		for name, want := range map[string]string{
			"X-Content-Type-Options":     "nosniff",
			"Referrer-Policy":            "",
			"Strict-Transport-Security":  "max-age=63072000; includeSubDomains",
			"Cross-Origin-Opener-Policy": "same-origin",
			"X-Request-Id":               "",
		} {
			if got := a.Header.Get(name); got == "" || want != "" && got != want {
				t.Errorf("%s %s: %s is %q", route.Method, route.Path, name, got)
			}
		}
		policy := a.Header.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "script-src 'self'"} {
			if !strings.Contains(policy, part) && !strings.Contains(policy, "sandbox") {
				t.Errorf("%s %s: the policy lacks %s", route.Method, route.Path, part)
			}
		}
		if strings.Contains(policy, "unsafe") || a.Header.Get("Cross-Origin-Embedder-Policy") != "" {
			t.Errorf("%s %s: policy %q", route.Method, route.Path, policy)
		}
		if cache := a.Header.Get("Cache-Control"); cache != "no-store" && route.Path != "/static/*" {
			t.Errorf("%s %s: Cache-Control %q", route.Method, route.Path, cache)
		}
		for _, c := range a.Cookies() {
			if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
				t.Errorf("%s %s: cookie %s", route.Method, route.Path, c.Raw)
			}
		}
	}
	if got := plain.browser(t).get("/").Header.Get("Strict-Transport-Security"); got != "" {
		t.Errorf("HSTS over http: %q", got)
	}
}

// Nobody who is signed out gets further than the sign-in page.
func TestPrivateRoutesLeadToSignIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.member(t, "ada@example.com")
	for _, route := range s.Routes() {
		path := pathOf(route, ada.slug)
		visitor := s.browser(t)
		switch route.Access.level {
		case user, insider, staff:
			var a answer
			if route.Method == http.MethodGet {
				a = visitor.get(path)
			} else {
				a = visitor.do(route.Method, path, "_csrf="+visitor.token())
			}
			if a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(strings.TrimPrefix(a.to(), "/staff"), "/login") {
				t.Errorf("%s %s: %d to %q", route.Method, route.Path, a.StatusCode, a.to())
			}
		}
		if route.Access.level == staff {
			if a := ada.do(route.Method, path, "_csrf="+ada.token()); a.StatusCode != http.StatusNotFound {
				t.Errorf("a customer at %s: %d", route.Path, a.StatusCode) // H-13
			}
		}
	}
	if a := s.browser(t).get("/a/x-aaaa/settings/profile?tab=1"); a.to() != "/login?next=%2Fa%2Fx-aaaa%2Fsettings%2Fprofile%3Ftab%3D1" {
		t.Errorf("the way back is %q", a.to())
	}
	if a := s.browser(t).get("/a", header("HX-Request", "true")); a.Header.Get("HX-Redirect") != "/login?next=%2Fa" {
		t.Errorf("htmx is told %q", a.Header.Get("HX-Redirect"))
	}
}

func TestDevRoutesExistOnlyWithCapture(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *Config) { c.Capture = false })
	for _, route := range s.Routes() {
		if route.Access.level != developer {
			continue
		}
		if a := s.browser(t).do(route.Method, pathOf(route, "x"), ""); a.StatusCode != http.StatusNotFound && a.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d", route.Path, a.StatusCode)
		}
	}
}
