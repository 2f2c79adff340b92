package web

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/fault"
)

// What is sent after the handler returned is outside of what catches the handlers' panics:
// one there ends the stream, is logged with its stack as theirs are, gives the follower's
// place back, and leaves the program alive.
func TestAPanicEndsItsStreamOnly(t *testing.T) {
	t.Parallel()
	var logged logBuffer
	s, err := New(Config{PublicURL: &url.URL{Scheme: "http", Host: "mail.example.com"}}, Deps{Log: slog.New(slog.NewTextHandler(&logged, nil))})
	if err != nil {
		t.Fatal(err)
	}
	at := func(path string, h func(*request) error) {
		s.app.Get(path, func(c *fiber.Ctx) error {
			r := requestOf(c)
			r.route, r.account = Route{Path: path}, account.Account{ID: "shop"}
			return h(r)
		})
	}
	shown := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, "half of it")
		return err
	})
	// The part is shown once, then fails.
	part := func(fail func() error) func(*request) error {
		return func(r *request) error {
			rounds := 0
			return r.follow(func(*request) (templ.Component, bool, error) {
				if rounds++; rounds > 1 {
					return nil, false, fail()
				}
				return shown, false, nil
			})
		}
	}
	at("/part/panics", part(func() error { panic("a part fell over") }))
	at("/part/fails", part(func() error { return errors.New("the database is gone") }))
	at("/part/gone", part(func() error { return fault.New(fault.NotFound, "It was removed.") }))
	at("/part/renders", func(r *request) error {
		return r.follow(func(*request) (templ.Component, bool, error) {
			return templ.ComponentFunc(func(context.Context, io.Writer) error { panic("a view fell over") }), false, nil
		})
	})
	at("/file", func(r *request) error {
		return r.stream("list.csv", "text/csv", func(ctx context.Context, w io.Writer) error {
			if err := shown.Render(ctx, w); err != nil {
				return err
			}
			panic("a file fell over")
		})
	})
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(ln) }()
	t.Cleanup(func() {
		if err := errors.Join(s.Shutdown(context.Background()), <-served); err != nil {
			t.Error(err)
		}
	})
	fetch := func(path string) (status int, body string, err error) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+ln.Addr().String()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			return 0, "", err
		}
		defer func() { _ = resp.Body.Close() }()
		text, err := io.ReadAll(resp.Body)
		return resp.StatusCode, string(text), err
	}
	for _, step := range []struct {
		path, sent string   // "": it failed before anything was sent
		says       []string // of the log
	}{
		{"/part/panics", "half of it", []string{"request failed", "status=500", "a part fell over", "stream_test.go"}},
		{"/part/fails", "half of it", []string{"request failed", "status=500", "the database is gone"}},
		{"/part/renders", "", []string{"request failed", "a view fell over", "stream_test.go"}},
		{"/part/gone", "half of it", nil},
		{"/file", "half of it", []string{"a download broke off", "a file fell over", "stream_test.go"}},
	} {
		before := len(logged.String())
		status, body, err := fetch(step.path)
		if status != http.StatusOK && step.sent != "" || !strings.Contains(body, step.sent) || err == nil {
			t.Errorf("%s: %d %q, and the end is %v", step.path, status, body, err)
		}
		said := logged.String()[before:]
		for _, words := range step.says {
			if !strings.Contains(said, words) {
				t.Errorf("%s: the log does not say %q: %s", step.path, words, said)
			}
		}
		if step.says != nil && !strings.Contains(said, "route="+step.path) || step.says == nil && said != "" {
			t.Errorf("%s: the log says %q", step.path, said)
		}
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		s.mu.Lock()
		left := len(s.following)
		s.mu.Unlock()
		if left == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("who followed keeps the place")
		}
	}
	if status, body, err := fetch("/healthz"); status != http.StatusOK || err != nil {
		t.Errorf("the pages: %d %q %v", status, body, err)
	}
}
