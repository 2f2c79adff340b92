package static_test

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"smtpserver/static"
)

func TestURLCarriesTheContent(t *testing.T) {
	t.Parallel()
	url := static.URL("app.css")
	if !regexp.MustCompile(`^/static/app\.[0-9a-f]{8}\.css$`).MatchString(url) {
		t.Fatalf("URL = %q", url)
	}
	hashed, ok := static.Lookup(strings.TrimPrefix(url, static.Prefix))
	if !ok || hashed.CacheControl != static.CacheForever || hashed.ContentType != "text/css; charset=utf-8" {
		t.Errorf("by content's name: %v %q %q", ok, hashed.CacheControl, hashed.ContentType)
	}
	plain, ok := static.Lookup("app.css")
	if !ok || plain.CacheControl != static.CacheAsk || plain.ETag != hashed.ETag {
		t.Errorf("by own name: %v %q %q", ok, plain.CacheControl, plain.ETag)
	}
}

// Two versions run side by side while they are changed: a page of one finds its files at
// the other, and no cache keeps them under the wrong name.
func TestFilesOfAnotherVersion(t *testing.T) {
	t.Parallel()
	own, _ := static.Lookup("app.css")
	other, ok := static.Lookup("app.00000000.css")
	if !ok || other.ETag != own.ETag || other.CacheControl != static.CacheNever {
		t.Errorf("%v, %q, %q", ok, other.ETag, other.CacheControl)
	}
}

func TestLookupRefusesWhatIsNotThere(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", ".", "fonts", "../static.go", "other.00000000.css", "app.0000000.css", "app.00000000.00000000.css", "/app.css"} {
		if _, ok := static.Lookup(name); ok {
			t.Errorf("Lookup(%q) found something", name)
		}
	}
}

// The style sheet names each font by its content; a stale one would load nothing.
func TestFilesTheStyleSheetNamesExist(t *testing.T) {
	t.Parallel()
	css, err := fs.ReadFile(static.FS(), "app.css")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`url\(["']?([^"')]+)`).FindAllStringSubmatch(string(css), -1)
	fonts := 0
	for _, m := range found {
		if strings.HasPrefix(m[1], "data:") || strings.HasPrefix(m[1], "#") || strings.HasPrefix(m[1], "%23") {
			continue
		}
		fonts++
		if asset, ok := static.Lookup(m[1]); !ok || asset.CacheControl != static.CacheForever {
			t.Errorf("%s is not served for ever", m[1])
		}
	}
	if fonts < 4 {
		t.Errorf("%d files named, want the four fonts", fonts)
	}
}

func TestNothingComesFromElsewhere(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"app.css", "app.js"} {
		body, err := fs.ReadFile(static.FS(), name)
		if err != nil {
			t.Fatal(err)
		}
		if m := regexp.MustCompile(`(?:url\(|fetch\(|import\()["']?(?:https?:)?//[^"')]*`).Find(body); m != nil {
			t.Errorf("%s loads %s", name, m)
		}
	}
}
