package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// faults.md names a test for every fault of the matrix, and each of them is there.
func TestFaultTableIsTrue(t *testing.T) {
	t.Parallel()
	table, err := os.ReadFile("faults.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range strings.Fields("01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 55 56 58") {
		row := regexp.MustCompile(`(?m)^\| F-` + id + ` \|.*$`).FindString(string(table))
		if !strings.Contains(row, ":Test") && !strings.Contains(row, "| not applicable: ") {
			t.Errorf("F-%s has neither a test nor a reason: %q", id, row)
		}
	}
	named := regexp.MustCompile("`((?:app|jobs)[a-z0-9/]*):(Test[A-Za-z0-9_]+)`").FindAllStringSubmatch(string(table), -1)
	if len(named) < 70 {
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
