package story_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/proto"

	"smtpserver/app/testkit/browser"
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
	chromium, axe := browser.Start(t), browser.FindAxe(t, "../../..")
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
				visit{t: t, chromium: chromium, origin: server.URL, axe: axe, name: name, look: l}.run()
			}
		})
	}
}

// visit is one story looked at in one way.
type visit struct {
	t        *testing.T
	chromium *rod.Browser
	origin   string
	axe      browser.Axe
	name     string
	look     look
}

func (v visit) run() {
	v.t.Helper()
	page, err := v.chromium.Timeout(time.Minute).Page(proto.TargetCreateTarget{})
	if err != nil {
		v.t.Fatal(err)
	}
	defer page.MustClose()
	page.MustSetViewport(v.look.width, 900, 1, v.look.width < 700)
	complaints := browser.Listen(page, v.origin)
	page.MustNavigate(v.origin + "/" + v.name + "?theme=" + string(v.look.theme)).MustWaitLoad()
	page.MustEval(`() => document.fonts.ready.then(() => true)`)
	if wide := browser.Fits(page); wide != "" {
		v.t.Errorf("%s: %s", v.look, wide)
	}
	violations, err := v.axe.Violations(page)
	if err != nil {
		v.t.Fatal(err)
	}
	for _, c := range append(violations, complaints()...) {
		v.t.Errorf("%s: %s", v.look, c)
	}
	if dir := os.Getenv("TEST_SHOTS"); dir != "" {
		page.MustScreenshotFullPage(filepath.Join(dir, v.name+"-"+v.look.String()+".png"))
	}
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
	chromium := browser.Start(t)
	server := httptest.NewServer(story.Handler())
	t.Cleanup(server.Close)
	for _, theme := range []layout.Theme{layout.Light, layout.Dark} {
		page := chromium.MustPage().MustSetViewport(1280, 800, 1, false)
		page.MustNavigate(server.URL + "/dashboard_show?theme=" + string(theme)).MustWaitLoad()
		page.MustEval(`() => document.fonts.ready.then(() => true)`)
		page.MustScreenshot(filepath.Join(dir, "screenshot-"+string(theme)+".png"))
	}
}
