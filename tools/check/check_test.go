package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestUnchangedNamesWhatWasStale(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, name := range []string{"same_templ.go", "stale_templ.go", "gone_templ.go", "other.go"} {
		write(t, at(name), "old")
	}
	err := unchanged(dir, func(p string) bool { return strings.HasSuffix(p, "_templ.go") }, func() error {
		write(t, at("stale_templ.go"), "new")
		write(t, at("made_templ.go"), "new")
		write(t, at("other.go"), "new")
		return os.Remove(at("gone_templ.go"))
	})
	if err == nil {
		t.Fatal("stale files went unnoticed")
	}
	for name, want := range map[string]bool{"stale": true, "made": true, "gone": true, "same": false, "other": false} {
		if strings.Contains(err.Error(), name+"_") != want && strings.Contains(err.Error(), name+".go") != want {
			t.Errorf("%s: want %t in %v", name, want, err)
		}
	}
	if err := unchanged(dir, func(string) bool { return true }, func() error { return nil }); err != nil {
		t.Errorf("nothing happened: %v", err)
	}
}

func TestFuzzTargets(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "app", "a", "a_test.go"), "package a\nfunc FuzzOne(f *testing.F) {}\nfunc FuzzTwo(f *testing.F) {\n}\nfunc TestX(t *testing.T) {}\n")
	write(t, filepath.Join(dir, "node_modules", "b", "b_test.go"), "func FuzzForeign(f *testing.F) {}\n")
	write(t, filepath.Join(dir, "app", "a", "a.go"), "func FuzzNot(f *testing.F) {}\n")
	got, err := fuzzTargets(dir)
	if err != nil {
		t.Fatal(err)
	}
	if want := []target{{"./app/a", "FuzzOne"}, {"./app/a", "FuzzTwo"}}; !slices.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
}

func TestVerdict(t *testing.T) {
	t.Parallel()
	s := step{name: "vuln"}
	for _, tc := range []struct {
		err  error
		want string
	}{
		{nil, "ok       vuln         1.5 s"},
		{errors.New("2 found"), "FAILED   vuln         1.5 s: 2 found"},
		{skipped("no network"), "skipped  vuln         1.5 s: no network"},
	} {
		if got := verdict(s, tc.err, 1500*time.Millisecond); got != tc.want {
			t.Errorf("got %q, want %q", got, tc.want)
		}
	}
}

func TestUnknownStepIsRefused(t *testing.T) {
	t.Parallel()
	if ok, err := runSteps(t.Context(), []string{"fmt", "nonsense"}); ok || err == nil {
		t.Error("an unknown step was accepted")
	}
}
