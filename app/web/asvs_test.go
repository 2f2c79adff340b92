package web

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// levels is how many requirements each section of the standard has, and which of them are
// of level 3 only.
var levels = map[string]struct {
	n     int
	three string
}{
	"1.1": {2, ""}, "1.2": {10, "10"}, "1.3": {12, "12"}, "1.4": {3, ""}, "1.5": {3, "3"},
	"2.1": {3, ""}, "2.2": {3, ""}, "2.3": {5, "5"}, "2.4": {2, "2"},
	"3.1": {1, "1"}, "3.2": {3, "3"}, "3.3": {5, "5"}, "3.4": {8, "7 8"}, "3.5": {8, "6 7 8"}, "3.6": {1, "1"}, "3.7": {5, "3 4 5"},
	"4.1": {5, "4 5"}, "4.2": {5, "2 3 4 5"}, "4.3": {2, ""}, "4.4": {4, ""},
	"5.1": {1, ""}, "5.2": {6, "4 5 6"}, "5.3": {3, "3"}, "5.4": {3, ""},
	"6.1": {3, ""}, "6.2": {12, ""}, "6.3": {8, "5 6 7 8"}, "6.4": {6, "5 6"}, "6.5": {8, "6 7 8"}, "6.6": {4, "4"}, "6.7": {2, "1 2"}, "6.8": {4, ""},
	"7.1": {3, ""}, "7.2": {4, ""}, "7.3": {2, ""}, "7.4": {5, ""}, "7.5": {3, "3"}, "7.6": {2, ""},
	"8.1": {4, "3 4"}, "8.2": {4, "4"}, "8.3": {3, "2 3"}, "8.4": {2, "2"},
	"9.1": {3, ""}, "9.2": {4, ""},
	"10.1": {2, ""}, "10.2": {3, "3"}, "10.3": {5, "5"}, "10.4": {16, "12 13 14 15 16"}, "10.5": {5, ""}, "10.6": {2, ""}, "10.7": {3, ""},
	"11.1": {4, "3 4"}, "11.2": {5, "4 5"}, "11.3": {5, "4 5"}, "11.4": {4, ""}, "11.5": {2, "2"}, "11.6": {2, "2"}, "11.7": {2, "1 2"},
	"12.1": {5, "4 5"}, "12.2": {2, ""}, "12.3": {5, "5"},
	"13.1": {4, "2 3 4"}, "13.2": {6, "6"}, "13.3": {4, "3 4"}, "13.4": {7, "6 7"},
	"14.1": {2, ""}, "14.2": {8, "5 6 7 8"}, "14.3": {3, ""},
	"15.1": {5, "4 5"}, "15.2": {5, "4 5"}, "15.3": {7, ""}, "15.4": {4, "1 2 3 4"},
	"16.1": {1, ""}, "16.2": {5, ""}, "16.3": {4, ""}, "16.4": {3, ""}, "16.5": {4, "4"},
	"17.1": {2, "2"}, "17.2": {8, "5 6 7 8"}, "17.3": {2, ""},
}

// mostOpen is how many requirements are not met; it only falls.
const mostOpen = 0

// asvs.md has a line for each requirement of levels 1 and 2, and each line is true: the
// tests that it names are there, and so are the sections.
func TestTheASVSMapIsTrue(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile("asvs.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(file)
	rows := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^\| (\d+\.\d+\.\d+) \| ([^|]+) \| ([^|]+) \|$`).FindAllStringSubmatch(page, -1) {
		if rows[m[1]] != "" {
			t.Errorf("%s stands there twice", m[1])
		}
		rows[m[1]] = m[3]
	}
	wanted, open, automated := 0, 0, 0
	for section, s := range levels {
		for n := 1; n <= s.n; n++ {
			if strings.Contains(" "+s.three+" ", fmt.Sprintf(" %d ", n)) {
				continue
			}
			wanted++
			id := fmt.Sprintf("%s.%d", section, n)
			switch shown := rows[id]; {
			case shown == "":
				t.Errorf("%s is not mapped", id)
			case strings.HasPrefix(shown, "open: "):
				open++
				t.Logf("%s is open: %s", id, shown)
			case strings.HasPrefix(shown, "not applicable: "), strings.HasPrefix(shown, "written: ["):
			case strings.HasPrefix(shown, "`"):
				automated++
			default:
				t.Errorf("%s says neither a test, nor a section, nor a reason: %q", id, shown)
			}
		}
	}
	if wanted != 253 { // 70 of level 1, 183 of level 2
		t.Errorf("the standard has 253 requirements of levels 1 and 2, the test knows %d", wanted)
	}
	if open > mostOpen {
		t.Errorf("%d requirements are open, %d were", open, mostOpen)
	}
	t.Logf("%d by tests, %d open of %d", automated, open, wanted)
	for _, m := range regexp.MustCompile("`((?:app|jobs|static|tools|views)[a-z0-9/]*):(Test[A-Za-z0-9_]+)`").FindAllStringSubmatch(page, -1) {
		if !testIn(t, m[1], m[2]) {
			t.Errorf("%s has no %s", m[1], m[2])
		}
	}
	for _, m := range regexp.MustCompile(`written: \[([^\]]+)\]`).FindAllStringSubmatch(page, -1) {
		if !strings.Contains(page, "\n## "+m[1]+"\n") {
			t.Errorf("there is no section %q", m[1])
		}
	}
}

func testIn(t *testing.T, dir, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(dir), "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		code, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(code), "func "+name+"(t *testing.T)") {
			return true
		}
	}
	return false
}

// Who goes where they may not, forges a form or asks too often is in the program's log.
func TestRefusalsAreLogged(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada, bob := s.member(t, "ada@example.com"), s.member(t, "bob@example.com")
	ada.get("/a/"+bob.slug+"/messages").want(t, http.StatusNotFound)
	ada.do(http.MethodPost, "/a/"+ada.slug+"/domains", "domain=x.example").want(t, http.StatusForbidden)
	ada.get("/nothing").want(t, http.StatusNotFound)
	text := s.said.String()
	if strings.Count(text, "request refused") != 2 || !strings.Contains(text, "user="+ada.userID().String()) || !strings.Contains(text, "address=127.0.0.1") {
		t.Errorf("%s", text)
	}
}

func TestWhatBrowsersRelyOn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ada := s.member(t, "ada@example.com")
	for _, path := range []string{"/", "/terms", "/a/" + ada.slug, "/nothing", "/healthz"} {
		a := ada.get(path, header("Origin", "https://evil.example"))
		if kind := a.Header.Get("Content-Type"); !strings.Contains(kind, "charset=utf-8") {
			t.Errorf("%s: Content-Type %q", path, kind)
		}
		if allowed := a.Header.Get("Access-Control-Allow-Origin"); allowed != "" {
			t.Errorf("%s: other sites may read it: %q", path, allowed)
		}
		if echo := ada.do(http.MethodTrace, path, "", header("X-Secret", "echoed")); echo.StatusCode < 400 || echo.StatusCode > 499 || strings.Contains(echo.body, "echoed") {
			t.Errorf("TRACE %s: %d", path, echo.StatusCode)
		}
	}
	if doc := ada.get("/a/" + ada.slug).doc(t); doc.Find(`form[action="/logout"]`).Length() == 0 {
		t.Error("no way to sign out on an account's page")
	}
	field := s.browser(t).get("/login").doc(t).Find(`input[name="password"]`)
	if kind, _ := field.Attr("type"); kind != "password" {
		t.Errorf("the password's field is of type %q", kind)
	}
	if auto, _ := field.Attr("autocomplete"); auto != "current-password" {
		t.Errorf("autocomplete %q keeps password managers away", auto)
	}
	if _, blocked := field.Attr("onpaste"); blocked {
		t.Error("pasting is blocked")
	}
	if a := ada.post("/logout", nil).want(t, http.StatusSeeOther); !strings.Contains(a.Header.Get("Clear-Site-Data"), `"cache"`) {
		t.Error("the browser is not asked to forget")
	}
}
