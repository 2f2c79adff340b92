package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// checkFormat covers what git knows or would add, so not what tools download.
func checkFormat(ctx context.Context) error {
	list, err := output(ctx, "git", "ls-files", "-co", "--exclude-standard", "-z", "*.go")
	if err != nil {
		return err
	}
	files := existing(strings.Split(strings.Trim(list, "\x00"), "\x00"))
	wrong, err := output(ctx, append([]string{"gofmt", "-l"}, files...)...)
	if err != nil {
		return err
	}
	if wrong != "" {
		return fmt.Errorf("run `make fmt`, not formatted: %s", strings.Join(strings.Fields(wrong), " "))
	}
	if !hasTemplates() {
		return nil
	}
	return show(ctx, nil, "go", "tool", "templ", "fmt", "-fail", "-log-level", "error", "views")
}

// existing leaves out what is deleted in the work tree but not in the index.
func existing(files []string) []string {
	return slices.DeleteFunc(files, func(f string) bool { _, err := os.Stat(f); return err != nil })
}

func hasTemplates() bool {
	found := false
	// An unreadable folder shows up in every other step.
	_ = filepath.WalkDir("views", func(path string, _ fs.DirEntry, err error) error {
		found = found || (err == nil && strings.HasSuffix(path, ".templ"))
		return nil
	})
	return found
}

// checkGenerated generates again and compares: committed code must be fresh,
// since a clone is built without running any generator.
func checkGenerated(ctx context.Context) error {
	if !hasTemplates() {
		return skipped("there is no template in views")
	}
	isGenerated := func(path string) bool { return strings.HasSuffix(path, "_templ.go") }
	if err := orphans(); err != nil {
		return err
	}
	return unchanged("views", isGenerated, func() error {
		// From the top, for the code names its template as seen from where this runs.
		return show(ctx, nil, "go", "tool", "templ", "generate", "-log-level", "error")
	})
}

// orphans finds generated files whose template is gone.
func orphans() error {
	return filepath.WalkDir("views", func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if stem, generated := strings.CutSuffix(path, "_templ.go"); generated {
			if _, err := os.Stat(stem + ".templ"); err != nil {
				return fmt.Errorf("%s has no template any more: remove it", path)
			}
		}
		return nil
	})
}

// checkAssets builds the style sheet and scripts again and compares.
func checkAssets(ctx context.Context) error {
	if _, err := os.Stat("package.json"); err != nil {
		return skipped("there is no package.json")
	}
	if _, err := exec.LookPath("npm"); err != nil {
		if inCI() {
			return errors.New("CI must have node and npm")
		}
		return skipped("node and npm are not installed")
	}
	// A developer's node_modules is used as it is; CI installs what the lock file
	// names. Not by npm ci: it refuses a lock file that was written where a
	// registry lacked the optional packages of other platforms.
	if _, err := os.Stat("node_modules"); err != nil || inCI() {
		if err := show(ctx, nil, "npm", "install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"); err != nil {
			return err
		}
	}
	everything := func(string) bool { return true }
	return unchanged(filepath.Join("static", "dist"), everything, func() error {
		return show(ctx, nil, "npm", "run", "--silent", "build")
	})
}

// unchanged runs fn and fails when a file under dir that is of the kind differs afterwards.
func unchanged(dir string, kind func(string) bool, fn func() error) error {
	before, err := contents(dir, kind)
	if err != nil {
		return err
	}
	if err := fn(); err != nil {
		return err
	}
	after, err := contents(dir, kind)
	if err != nil {
		return err
	}
	if stale := difference(before, after); len(stale) > 0 {
		return fmt.Errorf("these were stale and are fresh now, commit them: %s", strings.Join(stale, " "))
	}
	return nil
}

func difference(before, after map[string]string) []string {
	var stale []string
	for path, content := range after {
		if old, ok := before[path]; !ok || old != content {
			stale = append(stale, path)
		}
	}
	for path := range before {
		if _, ok := after[path]; !ok {
			stale = append(stale, path)
		}
	}
	slices.Sort(stale)
	return stale
}

// contents reads the files under dir that are of the kind.
func contents(dir string, kind func(string) bool) (map[string]string, error) {
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // not built yet
		}
		if err != nil || d.IsDir() || !kind(path) {
			return err
		}
		data, err := os.ReadFile(path)
		files[path] = string(data)
		return err
	})
	return files, err
}
