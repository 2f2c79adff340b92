package mailview

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/proto"

	"smtpserver/app/terms"
	"smtpserver/app/terms/redline"
	"smtpserver/app/testkit/browser"
)

// longChange is a real change: a number, a moved paragraph, a deleted sentence, a new
// section, an item more in a counted list.
func longChange(t *testing.T) terms.Letter {
	t.Helper()
	read := func(name string) string {
		t.Helper()
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	before, after := read("terms_3.md"), read("terms_4.md")
	given := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	return terms.Letter{
		Kind: terms.NoticeMail, To: "inhaber@hofladen-brandt.de", AccountName: "Hofladen Brandt", Slug: "hofladen-brandt-7f3k",
		Version: terms.Version{
			Document: terms.Service, Number: 4, Kind: terms.Material, Title: "Terms of service", Markdown: after, EffectiveOn: "2027-01-01", ToldOn: "2027-01-01", AnnouncedAt: given,
			Summary: "We keep the content of messages for 60 days instead of 30.\n\nBusinesses can pay by invoice. What happens after closing has a section of its own.",
		},
		Current: &terms.Version{Document: terms.Service, Number: 3, Markdown: before, EffectiveOn: "2026-07-01"},
		Redline: redline.Compare(before, after),
	}
}

func post(t *testing.T) *TermsPost {
	t.Helper()
	public, err := url.Parse("https://mail.example")
	if err != nil {
		t.Fatal(err)
	}
	return NewTermsPost(nil, public, "Example Mail")
}

// The HTML mail says in words what was added and removed, so that whoever hears it, or
// sees no colours, knows; and it needs nothing from anywhere.
func TestTheNoticeIsHeardAsItIsSeen(t *testing.T) {
	t.Parallel()
	m, err := post(t).Draw(t.Context(), longChange(t))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(m.HTML))
	if err != nil {
		t.Fatal(err)
	}
	ins, del := doc.Find("ins"), doc.Find("del")
	if ins.Length() < 5 || del.Length() < 3 {
		t.Fatalf("%d insertions, %d deletions", ins.Length(), del.Length())
	}
	for word, marks := range map[string]*goquery.Selection{"added": ins, "removed": del} {
		marks.Each(func(i int, s *goquery.Selection) {
			if i > 0 && (!strings.HasPrefix(s.Text(), "["+word+":\u00a0") || !strings.HasSuffix(strings.TrimSpace(s.Text()), "]")) {
				t.Errorf("%s without a word: %q", word, s.Text())
			}
		})
	}
	heard := strings.Join(strings.Fields(doc.Find("body").Text()), " ")
	for _, want := range []string{
		"for [removed: 30][added: 60] days", "[removed: Ask us for a longer time if you need one.", "Moved here from “4. How long we keep what you send”", "A paragraph moved from here to “7. Closing an account”",
		"On 1 January 2027 version 4 of our terms of service takes effect and replaces version 3.", "If you agree, you need do nothing", "can object until the end of 31 December 2026 (UTC)",
	} {
		if !strings.Contains(heard, want) {
			t.Errorf("not heard: %q\n%s", want, heard)
		}
	}
	if outside := regexp.MustCompile(`(?i)(src|background)=|url\(|@import|<script|<img`).FindString(m.HTML); outside != "" {
		t.Errorf("the mail asks for something: %q", outside)
	}
	if strings.Contains(m.HTML, ": </span>") || strings.Contains(m.HTML, "] </span>") {
		t.Error("an unseen space swallows the one beside it that is seen")
	}
	if len(m.HTML) > 90_000 { // some mail programs cut at 102 KB
		t.Errorf("%d octets", len(m.HTML))
	}
}

// The text mail is as readable, in lines that every program shows.
func TestTheNoticeAsText(t *testing.T) {
	t.Parallel()
	m, err := post(t).Draw(t.Context(), longChange(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"for [-30-] {+60+} days", "{+", "[-Ask us for a longer time if you need one.", "> (Moved here from “4. How long we keep what you send”)", "+ 7. Closing an account", "WHAT TO DO", "https://mail.example/a/hofladen-brandt-7f3k/settings/terms"} {
		if !strings.Contains(m.Text, want) {
			t.Errorf("not there: %q", want)
		}
	}
	for line := range strings.Lines(m.Text) {
		if len([]rune(strings.TrimRight(line, "\n"))) > 78 && !strings.Contains(line, "https://") {
			t.Errorf("a long line: %q", line)
		}
	}
	if file := os.Getenv("TEST_SHOTS"); file != "" {
		if err := os.WriteFile(filepath.Join(file, "notice.txt"), []byte(m.Text), 0o600); err != nil {
			t.Error(err)
		}
	}
}

// The mail fits a phone and a screen, light and dark, and no reader of screens stumbles.
func TestTheNoticeInABrowser(t *testing.T) {
	t.Parallel()
	chromium := browser.Start(t)
	m, err := post(t).Draw(t.Context(), longChange(t))
	if err != nil {
		t.Fatal(err)
	}
	showMail(t, chromium, "notice", m.HTML)
}

func showMail(t *testing.T, chromium *rod.Browser, name, html string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'") // what opens a mail lets nothing else in
		_, _ = w.Write([]byte(html))
	}))
	t.Cleanup(server.Close)
	for _, width := range []int{360, 1280} {
		for _, scheme := range []string{"light", "dark"} {
			page := chromium.MustPage().MustSetViewport(width, 900, 1, width < 700)
			if err := (proto.EmulationSetEmulatedMedia{Features: []*proto.EmulationMediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}).Call(page); err != nil {
				t.Fatal(err)
			}
			complaints := browser.Listen(page, server.URL)
			page.MustNavigate(server.URL).MustWaitLoad()
			if wide := browser.Fits(page); wide != "" {
				t.Errorf("%d px: %s", width, wide)
			}
			if ground := page.MustEval(`() => getComputedStyle(document.body).backgroundColor`).Str(); (ground == "rgb(13, 18, 17)") != (scheme == "dark") {
				t.Errorf("%s: the ground is %s", scheme, ground)
			}
			for _, c := range complaints() {
				if !strings.Contains(c, "favicon") {
					t.Errorf("%d px %s: %s", width, scheme, c)
				}
			}
			if dir := os.Getenv("TEST_SHOTS"); dir != "" {
				page.MustScreenshotFullPage(filepath.Join(dir, fmt.Sprintf("mail-%s-%d-%s.png", name, width, scheme)))
			}
			page.MustClose()
		}
	}
}
