package e2e

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/proto"

	"smtpserver/app/testkit/browser"
	"smtpserver/app/testkit/fakedns"
)

// person is somebody at a real Chromium.
type person struct {
	t      *testing.T
	page   *rod.Page
	p      *program
	script bool // their browser runs scripts
	axe    browser.Axe
	said   func() []string // complaints of the browser so far
	looked map[string]bool
}

func newPerson(t *testing.T, chromium *rod.Browser, p *program, script bool) *person {
	t.Helper()
	// A window of its own: no cookie of the other person.
	private, err := chromium.Incognito()
	if err != nil {
		t.Fatal(err)
	}
	page := private.MustPage().Timeout(time.Duration(rounds(4, 30)) * time.Minute)
	h := &person{t: t, page: page, p: p, script: script, axe: browser.FindAxe(t, "../.."), looked: map[string]bool{}}
	h.said = browser.Listen(page, "http://"+p.web)
	h.window(1280, false)
	if !script {
		if err := (proto.EmulationSetScriptExecutionDisabled{Value: true}).Call(page); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

func (h *person) window(width int, dark bool) {
	h.page.MustSetViewport(width, 900, 1, width < 700)
	scheme := "light"
	if dark {
		scheme = "dark"
	}
	err := proto.EmulationSetEmulatedMedia{Features: []*proto.EmulationMediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}}.Call(h.page)
	if err != nil {
		h.t.Fatal(err)
	}
}

// open goes to a path and looks at what is there.
func (h *person) open(path string) {
	h.t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = "http://" + h.p.web + path
	}
	h.arrive(func() { h.page.MustNavigate(path) })
	h.look()
}

// arrive does what leads to another page, and waits until that is loaded. The browser
// tells so itself: where scripts are off, nothing in the page could.
func (h *person) arrive(leave func()) {
	wait := h.page.WaitNavigation(proto.PageLifecycleEventNameLoad)
	leave()
	wait()
}

// look checks the page as it is: each page once.
func (h *person) look() {
	h.t.Helper()
	name := h.pageName()
	if h.looked[name] {
		return
	}
	h.looked[name] = true
	if n := len(h.page.MustElements("h1")); n != 1 {
		h.t.Errorf("%s: %d h1", name, n)
	}
	looks := []struct {
		width int
		dark  bool
	}{{360, false}, {1280, true}}
	shots := os.Getenv("TEST_SHOTS")
	if shots != "" {
		looks = append(looks, looks[0], looks[1])
		looks[2].dark, looks[3].dark = true, false
	}
	for _, l := range looks {
		h.window(l.width, l.dark)
		if wide := browser.Fits(h.page); wide != "" {
			h.t.Errorf("%s at %d px: %s", name, l.width, wide)
		}
		if h.script {
			found, err := h.axe.Violations(h.page)
			if err != nil {
				h.t.Fatalf("%s: %v", name, err)
			}
			for _, v := range found {
				h.t.Errorf("%s at %d px, dark %v: %s", name, l.width, l.dark, v)
			}
		}
		if shots != "" && h.script {
			mode := map[bool]string{true: "dark", false: "light"}[l.dark]
			h.page.MustScreenshotFullPage(filepath.Join(shots, name+"-"+map[int]string{360: "phone", 1280: "wide"}[l.width]+"-"+mode+".png"))
		}
	}
	h.window(1280, false)
}

var idInPath = regexp.MustCompile(`[0-9a-z]{26}|/a/[^/]+`)

// pageName is the page's path without what differs between runs.
func (h *person) pageName() string {
	path, query, _ := strings.Cut(strings.TrimPrefix(h.page.MustInfo().URL, "http://"+h.p.web), "?")
	if strings.HasPrefix(path, "/confirm/") || strings.HasPrefix(path, "/password/") {
		path = path[:strings.LastIndexByte(path, '/')] + "/token"
	}
	path = idInPath.ReplaceAllStringFunc(path, func(s string) string {
		if strings.HasPrefix(s, "/a/") {
			return "/account"
		}
		return "/id"
	})
	name := strings.Trim(path+" "+strings.NewReplacer("=", "-", "&", " ").Replace(idInPath.ReplaceAllString(query, "id")), "/ ")
	if name == "" {
		name = "landing"
	}
	if status := h.page.MustElements(`[aria-invalid="true"]`); len(status) > 0 {
		name += " refused"
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("/ :%", r) {
			return '_'
		}
		return r
	}, name)
}

// patience is how long a person waits for a thing to be there.
const patience = 10 * time.Second

func (h *person) element(selector string) *rod.Element {
	h.t.Helper()
	e, err := h.page.Timeout(patience).Element(selector)
	if err != nil {
		h.t.Fatalf("%s has no %s: %v\n%s", h.page.MustInfo().URL, selector, err, h.text())
	}
	return e.CancelTimeout()
}

// press clicks, and waits for the page that comes when there is one to come.
func (h *person) press(e *rod.Element, leads bool) {
	h.t.Helper()
	do := func() {
		if err := click(h.page, e); err != nil {
			h.t.Fatalf("%s: %s cannot be pressed: %v", h.page.MustInfo().URL, e.MustHTML(), err)
		}
	}
	if leads {
		h.arrive(do)
		return
	}
	do()
}

// click moves the mouse there and presses. It asks nothing of the page's animation
// frames, which stand still where scripts are off.
func click(page *rod.Page, e *rod.Element) error {
	if err := (proto.DOMScrollIntoViewIfNeeded{ObjectID: e.Object.ObjectID}).Call(e); err != nil {
		return err
	}
	shape, err := (proto.DOMGetContentQuads{ObjectID: e.Object.ObjectID}).Call(e)
	if err != nil {
		return err
	}
	point := shape.OnePointInside()
	if point == nil {
		return errors.New("it has no place in the page")
	}
	if err := page.Mouse.MoveTo(*point); err != nil {
		return err
	}
	return page.Mouse.Click(proto.InputMouseButtonLeft, 1)
}

// fill types into a field, or ticks it, as the name of the field says.
func (h *person) fill(form, name, value string) {
	h.t.Helper()
	field := h.element(form + ` [name="` + name + `"]`)
	kind := field.MustAttribute("type")
	switch {
	case kind != nil && *kind == "checkbox":
		if !field.MustProperty("checked").Bool() {
			h.press(labelOf(field), false)
		}
	case kind != nil && *kind == "radio":
		h.press(labelOf(h.element(form+` [name="`+name+`"][value="`+value+`"]`)), false)
	default:
		if _, err := field.Eval(`() => { this.focus(); this.select(); }`); err != nil {
			h.t.Fatal(err)
		}
		h.page.MustInsertText(value)
	}
}

// send presses the button of the form whose action ends so, and waits for what comes.
func (h *person) send(action string, fields ...string) {
	h.t.Helper()
	form := `form[action$="` + action + `"]`
	for i := 0; i < len(fields); i += 2 {
		h.fill(form, fields[i], fields[i+1])
	}
	h.press(h.element(form+` button[type="submit"], `+form+` button:not([type])`), true)
	h.look()
}

// labelOf is what a person clicks to choose: the box itself may be drawn by it.
func labelOf(box *rod.Element) *rod.Element {
	if labels := box.MustParents("label"); len(labels) > 0 {
		return labels[0]
	}
	return box
}

func (h *person) text() string { return h.page.MustElement("body").MustText() }

func (h *person) reads(words string) {
	h.t.Helper()
	if !strings.Contains(h.text(), words) {
		h.t.Fatalf("%s does not say %q:\n%s", h.page.MustInfo().URL, words, h.text())
	}
}

// until opens the page again and again until it has the element.
func (h *person) until(selector string) {
	h.t.Helper()
	for range 60 {
		if has, _, err := h.page.Has(selector); err == nil && has {
			return
		}
		time.Sleep(250 * time.Millisecond)
		h.arrive(func() { h.page.MustReload() })
	}
	h.t.Fatalf("%s never has %s:\n%s", h.page.MustInfo().URL, selector, h.text())
}

// mail returns the link of the newest captured mail that begins with a path.
func (h *person) mail(path string) string {
	h.t.Helper()
	pattern := regexp.MustCompile(`http://` + regexp.QuoteMeta(h.p.web) + path + `[0-9A-Za-z_-]+`)
	for range 60 {
		h.open("/dev/inbox")
		if has, row, err := h.page.Has(`main a[href^="/dev/inbox/"]`); err == nil && has {
			h.press(row, true)
			h.look()
			if link := pattern.FindString(h.text()); link != "" {
				return link
			}
		}
		time.Sleep(250 * time.Millisecond)
	}
	h.t.Fatalf("no mail with a link to %s:\n%s", path, h.text())
	return ""
}

// TestByHandInABrowser goes the whole way as a person does, with scripts and without:
// every page is looked at, in both themes, at 360 and 1280 pixels.
func TestByHandInABrowser(t *testing.T) {
	dns := fakedns.New(t)
	p := newProgram(t, "SMTPSERVER_DNS_SERVER="+dns.Addr())
	p.start()
	chromium := browser.Start(t)
	for _, c := range []struct {
		name, email, domain string
		script              bool
	}{
		{"with scripts", "anna@hofladen.example", "hofladen.example", true},
		{"without scripts", "ben@werkstatt.example", "werkstatt.example", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newPerson(t, chromium, p, c.script)
			defer func() {
				for _, complaint := range h.said() {
					t.Error(complaint)
				}
			}()
			slug := h.signUp(c.email)
			h.prove(dns, slug, c.domain)
			h.sendTest(slug, c.email)
			h.lookAround(slug)
			h.comeBack(c.email, slug)
		})
	}
}

const (
	handPassword  = "correct horse battery"
	otherPassword = "another long battery"
)

// signUp makes an account, wrongly first, and confirms it by the link in the mail.
func (h *person) signUp(email string) (slug string) {
	h.t.Helper()
	h.open("/")
	h.open("/terms")
	h.open("/privacy")
	h.open("/signup")
	h.send("/signup", "name", "Anna Brandt", "email", email, "password", "short", "account_name", "Hofladen Brandt", "account_kind", "business", "accept_terms", "true")
	if got := h.element(`[name="account_name"]`).MustProperty("value").Str(); got != "Hofladen Brandt" {
		h.t.Errorf("a refused form kept %q", got)
	}
	h.send("/signup", "password", handPassword)
	link := h.mail("/confirm/")
	h.open(link)
	h.send(strings.TrimPrefix(link, "http://"+h.p.web))
	match := regexp.MustCompile(`/a/([^/?]+)`).FindStringSubmatch(h.page.MustInfo().URL)
	if match == nil {
		h.t.Fatalf("confirmed, and now at %s", h.page.MustInfo().URL)
	}
	h.reads("Next steps")
	return match[1]
}

// prove adds a domain, publishes its records and checks it.
func (h *person) prove(dns *fakedns.Server, slug, name string) {
	h.t.Helper()
	h.open("/a/" + slug + "/domains")
	h.send("/domains", "domain", "not a domain")
	h.send("/domains", "domain", name)
	h.element(`[data-state="pending"]`)
	if err := dns.Add(h.zone()); err != nil {
		h.t.Fatal(err)
	}
	h.send("/check")
	h.until(`[data-state="verified"]`)
	h.look()
}

// zone downloads the records with the cookies of the browser.
func (h *person) zone() string {
	h.t.Helper()
	v := newVisitor(h.t, "http://"+h.p.web)
	return v.body(h.page.MustInfo().URL+"/zone.txt", h.page.MustCookies())
}

// sendTest makes a credential, sends a test with its button and reads what became of it.
func (h *person) sendTest(slug, to string) {
	h.t.Helper()
	h.open("/a/" + slug + "/credentials")
	h.open("/a/" + slug + "/credentials/new")
	h.send("/credentials", "name", "shop")
	if secret := h.element(`[data-value="smtp-password"]`).MustText(); len(secret) < 32 {
		h.t.Errorf("secret %q", secret)
	}
	h.send("/test", "to", to)
	h.until(`[data-state="delivered"]`)
	h.look()
	h.reads("DELIVERY=capture")
	message := h.page.MustInfo().URL
	for _, tab := range []string{"preview", "html", "text", "headers", "raw"} {
		h.open(message + "?tab=" + tab)
	}
}

// lookAround opens the other pages.
func (h *person) lookAround(slug string) {
	h.t.Helper()
	account := "/a/" + slug
	for _, path := range []string{
		"", "/messages", "/messages?state=delivered", "/messages?state=bounced", "/domains", "/credentials", "/suppressions", "/settings/profile", "/nowhere",
	} {
		h.open(account + path)
	}
	h.open("/a/" + slug + "/messages")
	h.reads("Delivered")
	h.open("/nowhere")
}

// comeBack signs out, is refused once, forgets the password and sets another.
func (h *person) comeBack(email, slug string) {
	h.t.Helper()
	h.open("/a/" + slug)
	h.signOut()
	h.open("/login")
	h.send("/login", "email", email, "password", "wrong password here")
	if got := h.element(`[name="email"]`).MustProperty("value").Str(); got != email {
		h.t.Errorf("a refused sign-in kept %q", got)
	}
	h.open("/password")
	h.send("/password", "email", email)
	link := h.mail("/password/")
	h.open(link)
	h.send(strings.TrimPrefix(link, "http://"+h.p.web), "password", otherPassword)
	h.open("/login")
	if strings.HasSuffix(h.page.MustInfo().URL, "/login") {
		h.send("/login", "email", email, "password", otherPassword)
	}
	h.open("/a/" + slug)
	h.reads("Latest messages")
}

// signOut posts the form in the menu, which may be folded.
func (h *person) signOut() {
	h.t.Helper()
	form := h.element(`form[action="/logout"]`)
	h.arrive(func() {
		if _, err := form.Eval(`() => this.submit()`); err != nil {
			h.t.Fatal(err)
		}
	})
}
