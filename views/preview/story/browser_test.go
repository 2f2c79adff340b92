package story_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/launcher"
	"github.com/go-rod/rod/lib/proto"

	"smtpserver/static"
	"smtpserver/views/layout"
	"smtpserver/views/preview/story"
)

// look is one way to look at a page.
type look struct {
	theme layout.Theme
	width int
}

func (l look) String() string { return fmt.Sprintf("%d-%s", l.width, l.theme) }

// looks are both themes and both widths. With TEST_SHOTS=folder all four are
// taken, and a picture of each is left in the folder.
func looks() []look {
	if os.Getenv("TEST_SHOTS") == "" {
		return []look{{layout.Light, 360}, {layout.Dark, 1280}}
	}
	return []look{{layout.Light, 360}, {layout.Dark, 360}, {layout.Light, 1280}, {layout.Dark, 1280}}
}

func TestEveryStoryInABrowser(t *testing.T) {
	t.Parallel()
	browser, axe := startBrowser(t), findAxe(t)
	server := httptest.NewServer(story.Handler())
	t.Cleanup(server.Close)
	turns := make(chan struct{}, 2)
	for _, s := range story.All() {
		name := strings.ReplaceAll(s.Name, " ", "_")
		if only := os.Getenv("TEST_STORY"); only != "" && !strings.Contains(name, only) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			turns <- struct{}{}
			defer func() { <-turns }()
			for _, l := range looks() {
				visit{t: t, browser: browser, origin: server.URL, axe: axe, name: name, look: l}.run()
			}
		})
	}
}

// visit is one story looked at in one way.
type visit struct {
	t       *testing.T
	browser *rod.Browser
	origin  string
	axe     string
	name    string
	look    look
}

func (v visit) run() {
	v.t.Helper()
	page, err := v.browser.Timeout(time.Minute).Page(proto.TargetCreateTarget{})
	if err != nil {
		v.t.Fatal(err)
	}
	defer page.MustClose()
	page.MustSetViewport(v.look.width, 900, 1, v.look.width < 700)
	complaints := v.listen(page)
	page.MustNavigate(v.origin + "/" + v.name + "?theme=" + string(v.look.theme)).MustWaitLoad()
	page.MustEval(`() => document.fonts.ready.then(() => true)`)
	if wide := page.MustEval(`() => document.documentElement.scrollWidth - document.documentElement.clientWidth`).Int(); wide > 0 {
		v.t.Errorf("%s: the page scrolls sideways by %d px: %s", v.look, wide, page.MustEval(widest).Str())
	}
	v.checkAccess(page)
	for _, c := range complaints() {
		v.t.Errorf("%s: %s", v.look, c)
	}
	if dir := os.Getenv("TEST_SHOTS"); dir != "" {
		page.MustScreenshotFullPage(filepath.Join(dir, v.name+"-"+v.look.String()+".png"))
	}
}

// widest names what reaches out of the window, for the one who has to repair it.
const widest = `() => [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5).map((e) => e.tagName + "." + e.className).slice(0, 5).join(", ")`

// listen collects requests to elsewhere, and what the policy or a script's error says.
func (v visit) listen(page *rod.Page) func() []string {
	var mu sync.Mutex
	var list []string
	complain := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		list = append(list, fmt.Sprintf(format, args...))
	}
	go page.EachEvent(func(e *proto.NetworkRequestWillBeSent) {
		u, err := url.Parse(e.Request.URL)
		if err != nil || (u.Scheme != "data" && "http://"+u.Host != v.origin) {
			complain("request to %s", e.Request.URL)
		}
	}, func(e *proto.LogEntryAdded) {
		if e.Entry.Level == proto.LogLogEntryLevelError && e.Entry.Source != proto.LogLogEntrySourceNetwork {
			complain("the browser says: %s", e.Entry.Text)
		}
	}, func(e *proto.RuntimeExceptionThrown) {
		complain("script failed: %s", e.ExceptionDetails.Text)
	})()
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return append([]string(nil), list...)
	}
}

// violation is what axe tells about one broken rule.
type violation struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		HTML    string `json:"html"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

func (v visit) checkAccess(page *rod.Page) {
	v.t.Helper()
	page.MustEval(`(source) => { (0, eval)(source); }`, v.axe)
	found := page.MustEval(`() => axe.run(document, {iframes: false}).then((r) => { if (!r.passes.length) throw "axe checked nothing"; return JSON.stringify(r.violations); })`).Str()
	var violations []violation
	if err := json.Unmarshal([]byte(found), &violations); err != nil {
		v.t.Fatal(err)
	}
	for _, broken := range violations {
		for _, n := range broken.Nodes {
			v.t.Errorf("%s: axe %s (%s)\n%s\n%s", v.look, broken.ID, broken.Help, n.HTML, n.Summary)
		}
	}
}

// startBrowser starts one Chromium for all stories.
func startBrowser(t *testing.T) *rod.Browser {
	t.Helper()
	path := os.Getenv("TEST_CHROMIUM")
	if path == "" {
		found, err := exec.LookPath("chromium")
		if err != nil {
			missing(t, "chromium")
		}
		path = found
	}
	// Leakless unpacks a helper program; Kill does the same from here.
	l := launcher.New().Bin(path).NoSandbox(true).Leakless(false).Set("disable-dev-shm-usage").Set("force-color-profile", "srgb")
	address, err := l.Launch()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Kill(); l.Cleanup() })
	return rod.New().ControlURL(address).MustConnect()
}

// findAxe reads axe-core from where the test run or `npm ci` put it.
func findAxe(t *testing.T) string {
	t.Helper()
	for _, dir := range []string{os.Getenv("TEST_NODE_MODULES"), "../../../node_modules"} {
		if source, err := os.ReadFile(filepath.Join(dir, "axe-core/axe.min.js")); err == nil {
			return string(source)
		}
	}
	missing(t, "axe-core")
	return ""
}

// missing skips on a developer's machine; a run that promised everything fails.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("TEST_REQUIRE_SERVICES") == "1" {
		t.Fatalf("%s is not installed", what)
	}
	t.Skipf("%s is not installed", what)
}

// The landing page shows the overview; its pictures are made here, from the story:
//
//	TEST_PICTURES=$PWD/static/src go test ./views/preview/story -run Pictures
func TestPicturesOfTheOverview(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("TEST_PICTURES")
	if dir == "" {
		if _, ok := static.Lookup("screenshot-light.png"); !ok {
			t.Error("the front page has no pictures: run with TEST_PICTURES=static/src, then npm run build")
		}
		return
	}
	browser := startBrowser(t)
	server := httptest.NewServer(story.Handler())
	t.Cleanup(server.Close)
	for _, theme := range []layout.Theme{layout.Light, layout.Dark} {
		page := browser.MustPage().MustSetViewport(1280, 800, 1, false)
		page.MustNavigate(server.URL + "/dashboard_show?theme=" + string(theme)).MustWaitLoad()
		page.MustEval(`() => document.fonts.ready.then(() => true)`)
		page.MustScreenshot(filepath.Join(dir, "screenshot-"+string(theme)+".png"))
	}
}
