package web

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"smtpserver/app/fault"
)

func TestHealth(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	if a := b.get("/healthz").want(t, http.StatusOK); a.body != "ok\n" || len(a.Cookies()) != 0 {
		t.Errorf("%q", a.body)
	}
	b.get("/readyz").want(t, http.StatusOK)
	s.Ready = []Check{
		{"database", func(context.Context) error { return nil }},
		{"queue", func(context.Context) error { return errors.New("dial 10.0.0.1: refused") }},
		{"schema", func(context.Context) error { return fault.New(fault.Unavailable, "older than this program") }},
	}
	a := b.get("/readyz").want(t, http.StatusServiceUnavailable)
	if a.body != "database: ok\nqueue: not answering\nschema: older than this program\n" {
		t.Errorf("%q", a.body)
	}
}

func TestStaticFilesAreCachedForEver(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	href, ok := b.get("/").doc(t).Find(`link[rel="stylesheet"]`).Attr("href")
	if !ok {
		t.Fatal("no style sheet")
	}
	a := b.get(href).want(t, http.StatusOK)
	if got := a.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") || len(a.Cookies()) != 0 {
		t.Errorf("Cache-Control %q", got)
	}
	b.get(href, header("If-None-Match", a.Header.Get("ETag"))).want(t, http.StatusNotModified)
	b.get("/static/../routes.go").want(t, http.StatusNotFound)
	b.get("/static/nothing.css").want(t, http.StatusNotFound)
}

func TestSettings(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.member(t, "ada@example.com")
	base := "/a/" + ada.slug + "/settings"
	ada.post(base+"/profile", map[string][]string{"name": {"Ada Lovelace"}}).want(t, http.StatusSeeOther)
	ada.post(base+"/account", map[string][]string{"account_name": {"Analytical Engines"}, "account_kind": {"individual"}}).want(t, http.StatusSeeOther)
	for name, want := range map[string][2]string{"name": {"/profile", "Ada Lovelace"}, "account_name": {"/account", "Analytical Engines"}} {
		page := ada.get(base+want[0]).want(t, http.StatusOK)
		if got, _ := page.doc(t).Find(`input[name="` + name + `"]`).Attr("value"); got != want[1] {
			t.Errorf("%s holds %q", name, got)
		}
	}
	a := ada.post(base+"/account", map[string][]string{"account_name": {strings.Repeat("x", 200)}, "account_kind": {"business"}}).want(t, http.StatusUnprocessableEntity)
	if !strings.Contains(a.body, strings.Repeat("x", 200)) {
		t.Error("what was typed is lost")
	}
	ada.post("/theme", map[string][]string{"theme": {"dark"}, "next": {base + "/profile"}}).want(t, http.StatusSeeOther)
	if got, _ := ada.get(base + "/profile").doc(t).Find("html").Attr("data-theme"); got != "dark" {
		t.Errorf("theme %q", got)
	}
}

func TestTermsPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	for _, path := range []string{"/terms", "/terms/1", "/privacy"} {
		a := b.get(path).want(t, http.StatusOK)
		if h := a.doc(t).Find("h1"); h.Length() != 1 {
			t.Errorf("%s has %d h1", path, h.Length())
		}
		version, err := s.Terms.Current(t.Context(), "terms", s.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(text(a.body), version.EffectiveOn.Long()) {
			t.Errorf("%s does not show its effective date", path)
		}
	}
	for _, path := range []string{"/terms/0", "/terms/2", "/terms/x", "/terms/1.0", "/terms/-1", "/terms/99999999999999999999"} {
		b.get(path).want(t, http.StatusNotFound)
	}
}

// A request in flight gets its answer, and Serve returns only after that.
func TestShutdownWaitsForRequests(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	entered, release := make(chan struct{}), make(chan struct{})
	s.Ready = []Check{{"slow", func(context.Context) error { close(entered); <-release; return nil }}}
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	answered, served, stopped := make(chan int, 1), make(chan error, 1), make(chan error, 1)
	go func() { served <- s.Serve(ln) }()
	go func() {
		resp, err := http.Get("http://" + ln.Addr().String() + "/readyz") //nolint:noctx // ends with the server
		if err != nil {
			answered <- 0
			return
		}
		answered <- resp.StatusCode
		_ = resp.Body.Close()
	}()
	<-entered
	go func() { stopped <- s.Shutdown(context.Background()) }()
	<-s.stopping
	select {
	case err := <-served:
		t.Fatalf("Serve returned with a request in flight: %v", err)
	case err := <-stopped:
		t.Fatalf("Shutdown returned with a request in flight: %v", err)
	default:
	}
	close(release)
	if got := <-answered; got != http.StatusOK {
		t.Errorf("the request in flight got %d", got)
	}
	if err := errors.Join(<-served, <-stopped); err != nil {
		t.Error(err)
	}
}

// A proxy is told to ask others before the door closes, and who asks meanwhile is answered.
func TestDrainSaysSoAndGoesOn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	b := s.browser(t)
	b.get("/readyz").want(t, http.StatusOK)
	ctx, enough := context.WithCancel(t.Context())
	drained := make(chan struct{})
	go func() { defer close(drained); s.Drain(ctx, time.Hour) }()
	for b.get("/readyz").StatusCode == http.StatusOK {
		time.Sleep(time.Millisecond)
	}
	b.get("/readyz").want(t, http.StatusServiceUnavailable)
	if a := b.get("/login").want(t, http.StatusOK); !a.Close {
		t.Error("the connection is kept, and the next request would come here again")
	}
	enough()
	<-drained
}

func TestServeAfterShutdownReturns(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	if err := s.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Serve(ln); err != nil {
		t.Error(err)
	}
}

func newServer(t *testing.T) *Server {
	t.Helper()
	s, err := New(Config{PublicURL: &url.URL{Scheme: "http", Host: "mail.example.com"}}, Deps{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}
