package web

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"smtpserver/app/terms"
)

// The founding privacy text (4.1) tells of every cookie that the program can set. A new one
// is entered here with the words that tell of it.
func TestPrivacyNamesEveryCookie(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	privacy, err := s.Terms.Get(t.Context(), terms.Privacy, 1)
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]string{
		"session": "keeps you signed in", "visit": "protects forms", "theme": "light or dark theme", "device": "tells a browser you used before from a new one",
		"flash": "carry a notice", "newcomer": "carry a notice", "step": "a step of signing in", "round": "a step of signing in", "passkey": "a step of signing in",
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, file := range files {
		code, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`[a-z]+Cookie\s*= "([a-z]+)"`).FindAllStringSubmatch(string(code), -1) {
			found++
			if words := told[m[1]]; words == "" || !strings.Contains(privacy.Markdown, words) {
				t.Errorf("the privacy text does not tell of the cookie %s", m[1])
			}
		}
	}
	if found != len(told) {
		t.Errorf("%d cookies in the code, %d told", found, len(told))
	}
}
