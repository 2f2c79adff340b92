package e2e

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/go-rod/rod/lib/proto"
)

// visitor is a person with a browser that runs no script.
type visitor struct {
	t      testing.TB
	base   string
	client *http.Client
}

func newVisitor(t testing.TB, base string) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{t, base, &http.Client{Jar: jar, Timeout: 20 * time.Second}}
}

// page is what a visitor sees.
type page struct {
	*goquery.Document
	url    *url.URL
	status int
}

func (v *visitor) get(path string) *page {
	v.t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = v.base + path
	}
	req, err := http.NewRequest(http.MethodGet, path, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	return v.do(req)
}

func (v *visitor) do(req *http.Request) *page {
	v.t.Helper()
	resp, err := v.client.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	doc, err := goquery.NewDocumentFromReader(resp.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return &page{doc, resp.Request.URL, resp.StatusCode}
}

// submit fills in the form whose action ends in the suffix and posts it, as a
// browser does: with its hidden fields, defaults and the Origin header.
func (v *visitor) submit(on *page, actionSuffix string, values map[string]string) *page {
	v.t.Helper()
	form := on.Find("form").FilterFunction(func(_ int, f *goquery.Selection) bool {
		action, has := f.Attr("action")
		return f.AttrOr("method", "") != "" && (strings.HasSuffix(action, actionSuffix) || !has && strings.HasSuffix(on.url.Path, actionSuffix))
	}).First()
	if form.Length() == 0 {
		v.t.Fatalf("no form to …%s on %s:\n%s", actionSuffix, on.url, text(on.Selection))
	}
	fields := url.Values{}
	form.Find("input[name], select[name], textarea[name]").Each(func(_ int, in *goquery.Selection) {
		name := in.AttrOr("name", "")
		kind := in.AttrOr("type", "text")
		_, checked := in.Attr("checked")
		if (kind == "checkbox" || kind == "radio") && !checked || kind == "submit" {
			return
		}
		fields.Set(name, in.AttrOr("value", ""))
	})
	for name, value := range values {
		if form.Find(fmt.Sprintf("[name=%q]", name)).Length() == 0 {
			v.t.Fatalf("the form to …%s on %s has no field %q", actionSuffix, on.url, name)
		}
		fields.Set(name, value)
	}
	target, err := on.url.Parse(form.AttrOr("action", on.url.String()))
	if err != nil {
		v.t.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodPost, target.String(), strings.NewReader(fields.Encode()))
	if err != nil {
		v.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", v.base)
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	p := v.do(req)
	if p.status != http.StatusOK {
		v.t.Fatalf("POST %s: %d\n%s", target, p.status, text(p.Selection))
	}
	return p
}

func text(s *goquery.Selection) string { return strings.Join(strings.Fields(s.Text()), " ") }

// value returns what the page offers to copy under a data-value name.
func (p *page) value(t testing.TB, name string) string {
	t.Helper()
	s := p.Find(fmt.Sprintf("[data-value=%q]", name)).First()
	if s.Length() == 0 {
		t.Fatalf("no data-value %q on %s:\n%s", name, p.url, text(p.Selection))
	}
	if v, ok := s.Attr("value"); ok {
		return v
	}
	return strings.TrimSpace(s.Text())
}

// body downloads with the cookies of another browser.
func (v *visitor) body(url string, cookies []*proto.NetworkCookie) string {
	v.t.Helper()
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		v.t.Fatal(err)
	}
	for _, c := range cookies {
		req.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	resp, err := v.client.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	content, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		v.t.Fatalf("GET %s: %s, %v", url, resp.Status, err)
	}
	return string(content)
}
