package terms

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// promises.md has a line for every numbered paragraph of the founding texts, and each test
// that it names is there.
func TestEveryPromiseIsHeld(t *testing.T) {
	t.Parallel()
	table, err := os.ReadFile("promises.md")
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string]string{}
	for _, row := range regexp.MustCompile(`(?m)^\| ([a-z_]+ \d+\.\d+) \| (.+) \|$`).FindAllStringSubmatch(string(table), -1) {
		lines[row[1]] = row[2]
	}
	for _, f := range founding {
		for _, n := range regexp.MustCompile(`(?m)^(\d+\.\d+) `).FindAllStringSubmatch(f.markdown, -1) {
			name := string(f.document) + " " + n[1]
			if lines[name] == "" {
				t.Errorf("%s promises something that no line names", name)
			}
			delete(lines, name)
		}
	}
	for name := range lines {
		t.Errorf("%s is no paragraph", name)
	}
	named := regexp.MustCompile("`((?:app|jobs|views)[a-z0-9/]*):(Test[A-Za-z0-9_]+)`").FindAllStringSubmatch(string(table), -1)
	if len(named) < 60 {
		t.Errorf("only %d tests are named", len(named))
	}
	for _, n := range named {
		if !hasTest(t, filepath.Join("..", "..", filepath.FromSlash(n[1])), n[2]) {
			t.Errorf("%s has no %s", n[1], n[2])
		}
	}
}

func hasTest(t *testing.T, dir, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		code, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(code), "func "+name+"(t *testing.T)") {
			return true
		}
	}
	return false
}
