package web

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"smtpserver/app/content"
	"smtpserver/app/id"
)

// templateOf saves a template of the account and returns its id.
func templateOf(t *testing.T, owner *browser) id.ID {
	t.Helper()
	made, err := owner.site.Templates.Create(t.Context(), owner.scope(), "Letter "+string(id.New()), content.Source{Kind: content.Markdown, Subject: "S", Body: "Hello {{ name }}"})
	if err != nil {
		t.Fatal(err)
	}
	return made.ID
}

func pictureOf(t *testing.T, width int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, 8))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// imageOf uploads an image of the account and returns its id.
func imageOf(t *testing.T, owner *browser) id.ID {
	t.Helper()
	i, err := owner.site.Templates.AddImage(t.Context(), owner.scope(), "x.png", pictureOf(t, 9))
	if err != nil {
		t.Fatal(err)
	}
	return i.ID
}

func TestTemplatePages(t *testing.T) {
	owner := newSite(t).member(t, "owner@shop.test")
	base := "/a/" + owner.slug + "/templates"
	if body := owner.get(base).want(t, http.StatusOK).body; !strings.Contains(body, "No template yet") {
		t.Error("an empty list does not say what would be there")
	}
	owner.get(base+"/new").want(t, http.StatusOK)
	refused := owner.post(base, url.Values{"name": {""}, "starter": {"news"}}).want(t, http.StatusUnprocessableEntity).body
	if !strings.Contains(refused, "Give it a name") || !strings.Contains(refused, `value="news" checked`) {
		t.Error("a refusal tells why and keeps what was chosen")
	}
	owner.post(base, url.Values{"name": {"x"}, "starter": {"nonsense"}}).want(t, http.StatusUnprocessableEntity)
	for _, starter := range []string{"letter", "news", "invitation", "simple", "empty-mjml", "empty-markdown"} {
		at := owner.post(base, url.Values{"name": {"From " + starter}, "starter": {starter}}).want(t, http.StatusSeeOther).Header.Get("Location")
		if body := owner.get(at).want(t, http.StatusOK).body; !strings.Contains(body, "From "+starter) || !strings.Contains(body, `name="body"`) {
			t.Errorf("%s: no editor", starter)
		}
	}
	page := base + "/" + string(templateOf(t, owner))
	typed := url.Values{"name": {"Autumn"}, "since": {"1"}, "kind": {"html"}, "subject": {"About <apples>"}, "preheader": {"p"}, "body": {"<p>\n{{ nonsense }}</p>"}, "text": {"typed text"}}
	refused = owner.post(page, typed).want(t, http.StatusUnprocessableEntity).body
	for _, want := range []string{"Line 2: There is no field", "{{ nonsense }}", "About &lt;apples&gt;", "typed text", "Autumn", `value="html" checked`} {
		if !strings.Contains(refused, want) {
			t.Errorf("what was typed is lost: %s", want)
		}
	}
	typed.Set("body", "<p>{{ name }}</p>")
	owner.post(page, typed).want(t, http.StatusSeeOther)
	conflict := owner.post(page, typed).want(t, http.StatusConflict).body
	if !strings.Contains(conflict, "Somebody saved version 2") || !strings.Contains(conflict, `name="since" value="2"`) {
		t.Error("who saves over another's version is not told")
	}
	if body := owner.get(page).want(t, http.StatusOK).body; !strings.Contains(body, "Restore version 1") {
		t.Error("no way back to version 1")
	}
	owner.post(page+"/restore", url.Values{"version": {"1"}}).want(t, http.StatusSeeOther)
	if body := owner.get(page).want(t, http.StatusOK).body; !strings.Contains(body, "Hello {{ name }}") || !strings.Contains(body, "version 1 again") {
		t.Error("version 1 is not back")
	}
	for _, odd := range []string{"0", "99", "-1", "x", ""} {
		owner.post(page+"/restore", url.Values{"version": {odd}}).want(t, http.StatusNotFound)
		owner.get(page+"/preview?version="+odd).want(t, http.StatusNotFound)
	}
	owner.post(page+"/copy", nil).want(t, http.StatusSeeOther)
	owner.post(page+"/remove", nil).want(t, http.StatusSeeOther)
	owner.get(page).want(t, http.StatusNotFound)
}

// H-30: what is previewed says itself that it may do nothing.
func TestContentPreview(t *testing.T) {
	owner := newSite(t).member(t, "owner@shop.test")
	at := "/a/" + owner.slug + "/templates/preview"
	typed := url.Values{
		"kind": {"html"}, "subject": {"S"}, "body": {`<style>@media (prefers-color-scheme: dark){p{color:#fff}}</style><p>Hi {{ first_name }} of {{ fields.city }}</p>`},
		"preview_name": {"Zoë <b>"}, "preview_fields": {"city: Bern & Köln\nnonsense"},
	}
	shown := owner.post(at, typed).want(t, http.StatusOK)
	if !strings.Contains(shown.body, "Hi Zoë of Bern &amp; Köln") {
		t.Errorf("%s", shown.body)
	}
	policy := shown.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "sandbox", "/i/"} {
		if !strings.Contains(policy, want) || strings.Contains(policy, "script") || strings.Contains(policy, "allow") {
			t.Errorf("policy %s", policy)
		}
	}
	typed.Set("preview_view", "dark")
	if body := owner.post(at, typed).want(t, http.StatusOK).body; !strings.Contains(body, "@media (min-width: 0)") {
		t.Error("the dark rules do not hold")
	}
	typed.Set("preview_view", "text")
	text := owner.post(at, typed).want(t, http.StatusOK)
	if text.body != "Hi Zoë of Bern & Köln\n" || !strings.HasPrefix(text.Header.Get("Content-Type"), "text/plain") {
		t.Errorf("%q", text.body)
	}
	typed.Set("body", "a\n{{ nonsense }}")
	wrong := owner.post(at, typed).want(t, http.StatusOK)
	if !strings.Contains(wrong.body, "Body: Line 2: There is no field") || !strings.HasPrefix(wrong.Header.Get("Content-Type"), "text/plain") || !strings.Contains(wrong.Header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("%q", wrong.body)
	}
	editor := owner.get("/a/"+owner.slug+"/templates/editor").want(t, http.StatusOK)
	if policy := editor.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "script-src 'self';") || !strings.Contains(policy, "form-action 'none'") || !strings.Contains(policy, "sandbox allow-scripts allow-same-origin") || strings.Contains(policy, "connect-src") || strings.Contains(policy, "eval") {
		t.Errorf("the visual editor's policy: %s", policy)
	}
}

// Images are for everybody who has their address, as images and nothing else.
func TestImagePages(t *testing.T) {
	site := newSite(t)
	owner := site.member(t, "owner@shop.test")
	base := "/a/" + owner.slug + "/templates/images"
	imageID := imageOf(t, owner)
	owner.send(base, "cat.png", string(pictureOf(t, 11))).want(t, http.StatusSeeOther)
	if body := owner.send(base, "cat.svg", "<svg onload='alert(1)'/>").want(t, http.StatusUnprocessableEntity).body; !strings.Contains(body, "no PNG, JPEG or GIF") {
		t.Error("what is no image is taken, or refused without a reason")
	}
	body := owner.get(base).want(t, http.StatusOK).body
	address := regexp.MustCompile(`http://mail\.example\.com/i/[a-z0-9.]+`).FindString(body[strings.Index(body, "x.png"):])
	where, err := url.Parse(address)
	if err != nil || !strings.HasPrefix(where.Path, "/i/") || !strings.HasSuffix(where.Path, ".png") {
		t.Fatalf("the address is %q: %v", address, err)
	}
	stranger := site.browser(t)
	shown := stranger.get(where.Path).want(t, http.StatusOK)
	for name, want := range map[string]string{
		"Content-Type": "image/png", "Cache-Control": "public, max-age=31536000, immutable", "Content-Security-Policy": "default-src 'none'; sandbox",
		"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "cross-origin",
	} {
		if got := shown.Header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if len(shown.Header.Values("Set-Cookie")) > 0 {
		t.Error("an image sets a cookie")
	}
	for _, odd := range []string{"/i/x", "/i/x.png", strings.TrimSuffix(where.Path, ".png"), strings.TrimSuffix(where.Path, ".png") + ".html"} {
		stranger.get(odd).want(t, http.StatusNotFound)
	}
	owner.post(base+"/"+string(imageID)+"/remove", nil).want(t, http.StatusSeeOther)
	stranger.get(where.Path).want(t, http.StatusNotFound)
}
