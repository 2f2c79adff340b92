package services

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
)

// ErrNotInstalled is in every error about a program that this machine lacks.
var ErrNotInstalled = errors.New("not installed")

// Find looks a program up in PATH, then in the folders that distributions keep
// out of an ordinary user's PATH.
func Find(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	for _, dir := range []string{"/usr/local/bin", "/usr/local/sbin", "/usr/sbin", "/sbin"} {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("services: %s is %w", name, ErrNotInstalled)
}

// FindChromium returns the browser for tests: TEST_CHROMIUM, or the first of
// the usual names.
func FindChromium() (string, error) {
	if path := os.Getenv("TEST_CHROMIUM"); path != "" {
		if _, err := os.Stat(path); err != nil {
			return "", fmt.Errorf("services: TEST_CHROMIUM: %w", err)
		}
		return path, nil
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := Find(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("services: chromium is %w (Debian package: chromium)", ErrNotInstalled)
}

// FindPostgres returns the folder with initdb and postgres, which Debian keeps
// out of PATH: beside a postgres in PATH, where pg_config says, or the newest
// under the distributions' usual places.
func FindPostgres() (string, error) {
	var dirs []string
	if path, err := exec.LookPath("postgres"); err == nil {
		if target, err := filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(target))
		}
	}
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
		dirs = append(dirs, strings.TrimSpace(string(out)))
	}
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin"} {
		// Glob fails only on a bad pattern, and these are constants.
		found, _ := filepath.Glob(pattern)
		sort.Sort(sort.Reverse(sort.StringSlice(found)))
		dirs = append(dirs, found...)
	}
	for _, dir := range dirs {
		if executable(filepath.Join(dir, "initdb")) && executable(filepath.Join(dir, "postgres")) {
			return dir, nil
		}
	}
	return "", fmt.Errorf("services: PostgreSQL's server is %w (Debian package: postgresql)", ErrNotInstalled)
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode().Perm()&0o111 != 0
}
