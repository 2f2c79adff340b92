package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/proto"

	"smtpserver/app/content"
	"smtpserver/app/template"
	chromium "smtpserver/app/testkit/browser"
)

// signInAt signs the browser in and opens a page.
func (v visitor) signInAt(b *browser, path string) {
	v.t.Helper()
	v.open("/login")
	v.page.MustElement("#f-email").MustInput(b.email)
	v.page.MustElement("#f-password").MustInput(testPassword)
	v.press("main form button", "Sign in")
	v.at("/a/" + b.slug)
	v.open(path)
}

// until waits for a condition that a script tells.
func (v visitor) until(what, js string, args ...any) {
	v.t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		ok, err := v.page.Eval(js, args...)
		if err == nil && ok.Value.Bool() {
			return
		}
		if time.Now().After(end) {
			v.t.Fatalf("waited in vain for %s: %v", what, err)
		}
	}
}

const bodyHolds = `(want) => document.querySelector("textarea[name=body]").value.includes(want)`

// A template is written in Chromium: in the code editor, then in the visual one, and what
// is saved is what was drawn, with its merge fields.
func TestTemplateEditorsInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("under the race detector MJML takes longer than a content may")
	}
	t.Parallel()
	s := newSite(t, func(c *Config) { c.PublicURL = &url.URL{Scheme: "http", Host: "localhost"} })
	ada := s.member(t, "ada@example.com")
	made, err := s.Templates.Create(t.Context(), ada.scope(), "News", newsSource(t))
	if err != nil {
		t.Fatal(err)
	}
	page := chromium.Start(t).Timeout(5 * time.Minute).MustPage()
	page.MustSetViewport(1400, 1000, 1, false)
	complaints := chromium.Listen(page, s.cfg.origin())
	v := visitor{t: t, page: page, origin: s.cfg.origin()}
	v.signInAt(ada, "/a/"+ada.slug+"/templates/"+string(made.ID))

	// The code editor writes into the text area that is sent.
	v.until("the code editor", `() => Boolean(document.querySelector("[data-editor=code]")?.shadowRoot?.querySelector(".cm-content"))`)
	page.MustEval(`() => document.querySelector("[data-editor=code]").shadowRoot.querySelector(".cm-content").focus()`)
	page.MustInsertText("<!-- typed -->")
	v.until("what was typed", bodyHolds, "<!-- typed -->")

	// The preview follows.
	v.until("the preview", `() => document.querySelector("iframe[name=content-preview]").getAttribute("sandbox") === ""`)

	// The visual editor: one element is changed, as a hand would.
	v.press("main button", "Open the visual editor")
	v.until("the visual editor", `() => Boolean(document.querySelector("iframe.visual-editor[data-ready]"))`)
	frame := page.MustElement("iframe.visual-editor").MustFrame()
	frame.MustEval(`() => { const texts = editor.getWrapper().findType("mj-text"); texts[0].components("Drawn by hand"); }`)
	v.until("what was drawn", bodyHolds, "Drawn by hand")
	if dir := shots(); dir != "" {
		time.Sleep(time.Second)
		page.MustElement("iframe.visual-editor").MustScrollIntoView()
		page.MustScreenshot(dir + "/visual.png")
	}
	v.press("main button", "Back to the code")
	v.press("main form button", "Save")
	v.sees("Saved.")
	got, err := s.Templates.Get(t.Context(), ada.scope(), made.ID)
	if err != nil || got.Version != 2 {
		t.Fatalf("version %d: %v", got.Version, err)
	}
	for _, want := range []string{"Drawn by hand", `{{ first_name | default: "there" }}`, "{% if sender_address %}", "{{ unsubscribe_url }}", "https://example.com/first"} {
		if !strings.Contains(got.Source.Body, want) {
			t.Errorf("%s did not arrive in\n%s", want, got.Source.Body)
		}
	}
	mail, err := s.Compiler.Compile(t.Context(), got.Source)
	if err != nil {
		t.Fatal(err)
	}
	r, err := mail.Render(content.Sample())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Drawn by hand", "The first thing", "The third", "Have a look"} {
		if !strings.Contains(r.HTML, want) || !strings.Contains(r.Text, want) {
			t.Errorf("%s does not arrive in the mail of\n%s", want, got.Source.Body)
		}
	}
	if !strings.Contains(got.Source.Body, "{% if name %}") || !strings.Contains(got.Source.Body, "prefers-color-scheme: dark") {
		t.Errorf("what the editor does not draw is lost:\n%s", got.Source.Body)
	}
	for _, c := range complaints() {
		t.Error(c)
	}
}

// previewAttacks are bodies that would act, fetch or lead away where they are let.
func previewAttacks(evil string) []string {
	var all []string
	for _, attack := range []string{
		`<script>alert(1)</script>`, `<script src="EVIL/x.js"></script>`, `<img src=x onerror=alert(1)>`, `<svg onload=alert(1)>`, `<svg><script>alert(1)</script></svg>`, `<svg><animate onbegin=alert(1) attributeName=x></svg>`, `<svg><a href="javascript:alert(1)"><text y=20>x</text></a></svg>`,
		`<body onload=alert(1)>`, `<input autofocus onfocus=alert(1)>`, `<details open ontoggle=alert(1)>x</details>`, `<video src="EVIL/x.mp4" autoplay onerror=alert(1)></video>`, `<video poster="EVIL/x.png"></video>`, `<audio src="EVIL/x.mp3" autoplay></audio>`, `<marquee onstart=alert(1)>x</marquee>`,
		`<iframe src="javascript:alert(1)"></iframe>`, `<iframe srcdoc="<script>alert(1)</script>"></iframe>`, `<object data="EVIL/x.swf"></object>`, `<embed src="EVIL/x.swf">`, `<meta http-equiv="refresh" content="0;url=EVIL/gone">`, `<base href="EVIL/">`, `<link rel="stylesheet" href="EVIL/x.css">`, `<link rel="prefetch" href="EVIL/x"><link rel="preload" as="image" href="EVIL/x"><link rel="dns-prefetch" href="//evil.example"><link rel="preconnect" href="EVIL">`,
		`<style>@import "EVIL/x.css"; body{background:url(EVIL/x.png)} @font-face{font-family:x;src:url(EVIL/x.woff)} p{font-family:x}</style><p>x`, `<p style="background:url('EVIL/x.png')">x`, `<img src="EVIL/x.png" srcset="EVIL/y.png 2x">`, `<picture><source srcset="EVIL/x.png"><img src="EVIL/y.png"></picture>`, `<table background="EVIL/x.png"><tr><td>x</table>`, `<input type="image" src="EVIL/x.png">`,
		`<form action="EVIL/x" id="f"><input name="a" value="b"><button autofocus>x</button></form><button form="f">y</button>`, `<a href="javascript:alert(1)" autofocus>x</a>`, `<a href="EVIL/x" target="_top" ping="EVIL/ping">x</a>`, `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">`, `<noscript><p title="</noscript><img src=x onerror=alert(1)>">`, `<xmp><p title="</xmp><img src=x onerror=alert(1)>">`,
		`<textarea><p title="</textarea><img src=x onerror=alert(1)>"></textarea>`, `<!--><img src=x onerror=alert(1)>-->`, `<!--[if gte IE 4]><script>alert(1)</script><![endif]-->`, `<![CDATA[<img src=x onerror=alert(1)>]]>`, `<portal src="EVIL/x"></portal>`, `<template><script>alert(1)</script></template>`, `<p>{{ name }}</p><a href="{{ fields.u }}">x</a>`, `<isindex action="javascript:alert(1)" type=image>`,
	} {
		all = append(all, strings.ReplaceAll(attack, "EVIL", evil))
	}
	return all
}

// H-08, H-30: whatever is typed, its preview runs nothing, asks nobody and leads nowhere,
// and neither does the visual editor.
func TestH08H30PreviewsAreHarmless(t *testing.T) {
	t.Parallel()
	var visits atomic.Int64
	evil := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		visits.Add(1)
		t.Errorf("a preview asked for %s", r.URL)
		fmt.Fprint(w, "alert(1)")
	}))
	t.Cleanup(evil.Close)
	s := newSite(t, func(c *Config) { c.PublicURL = &url.URL{Scheme: "http", Host: "localhost"} })
	ada := s.member(t, "ada@example.com")
	made, err := s.Templates.Create(t.Context(), ada.scope(), "x", content.Source{Kind: content.HTML, Subject: "S", Body: "x"})
	if err != nil {
		t.Fatal(err)
	}
	page := chromium.Start(t).Timeout(5 * time.Minute).MustPage()
	var alerts atomic.Int64
	go page.EachEvent(func(*proto.PageJavascriptDialogOpening) {
		alerts.Add(1)
		_ = proto.PageHandleJavaScriptDialog{Accept: true}.Call(page) // it must not wait
	})()
	v := visitor{t: t, page: page, origin: s.cfg.origin()}
	at := "/a/" + ada.slug + "/templates/" + string(made.ID)
	v.signInAt(ada, at)
	v.until("the code editor", `() => Boolean(document.querySelector("[data-editor=code]"))`)
	page.MustEval(`() => { document.querySelector("#f-preview_name").value = "<script>alert(1)</script>"; document.querySelector("#f-preview_fields").value = "u: javascript:alert(1)"; }`)
	for i, attack := range previewAttacks(evil.URL) {
		page.MustEval(`(kind, body) => new Promise((done) => {
			document.querySelector("input[name=kind][value=" + kind + "]").checked = true;
			document.querySelector("textarea[name=body]").value = body;
			const frame = document.querySelector("iframe[name=content-preview]");
			frame.addEventListener("load", () => setTimeout(() => { frame.focus(); done(true); }, 40), { once: true });
			document.querySelector("button[data-preview]").form.requestSubmit(document.querySelector("button[data-preview]"));
		})`, []string{"html", "markdown"}[i%7/6], attack)
	}
	if got := page.MustInfo().URL; got != s.cfg.origin()+at {
		t.Errorf("a preview led to %s", got)
	}

	// The same within MJML, in the visual editor.
	mj := `<mjml><mj-head><mj-raw><script>alert(1)</script></mj-raw></mj-head><mj-body><mj-section background-url="EVIL/bg.png"><mj-column><mj-image src="EVIL/x.png" /><mj-text>` +
		`<img src=x onerror="alert(1)"><script>alert(1)</script><iframe src="EVIL/x"></iframe><a href="javascript:alert(1)">x</a></mj-text><mj-raw><img src="EVIL/y.png" onerror="alert(1)"></mj-raw></mj-column></mj-section></mj-body></mjml>`
	page.MustEval(`(body) => {
		const kind = document.querySelector("input[name=kind][value=mjml]");
		kind.checked = true;
		kind.dispatchEvent(new Event("change", { bubbles: true }));
		document.querySelector("textarea[name=body]").value = body;
	}`, strings.ReplaceAll(mj, "EVIL", evil.URL))
	v.press("main button", "Open the visual editor")
	v.until("the visual editor", `() => Boolean(document.querySelector("iframe.visual-editor[data-ready]"))`)
	time.Sleep(time.Second)
	if alerts.Load() != 0 || visits.Load() != 0 {
		t.Errorf("%d scripts ran, %d requests left", alerts.Load(), visits.Load())
	}
	_ = rod.Try(func() { page.MustClose() }) // it may ask whether to leave
}

func newsSource(t *testing.T) content.Source {
	t.Helper()
	starter, ok := template.StarterOf("news")
	if !ok {
		t.Fatal("there is no starter")
	}
	s := starter.Source
	s.Body = strings.Replace(s.Body, "</mj-section>", "</mj-section>{% if name %}<mj-section><mj-column><mj-divider /><mj-text>With a name</mj-text></mj-column></mj-section>{% endif %}", 1)
	return s
}

// shots is a folder for pictures, when somebody wants to look.
func shots() string { return os.Getenv("TEST_SHOTS") }
