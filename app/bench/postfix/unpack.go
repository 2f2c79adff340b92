package postfix

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// ErrUnavailable is in every error that means: this machine cannot run it.
var ErrUnavailable = errors.New("not available on this machine")

// unpack returns the folder with the package's files, fetched once into cache, and
// those of further packages that it needs.
func unpack(ctx context.Context, cache, name string, further ...string) (string, error) {
	for _, tool := range []string{"apt-get", "dpkg"} {
		if _, err := exec.LookPath(tool); err != nil {
			return "", fmt.Errorf("postfix: %s comes from Debian's package, and there is no %s: %w", name, tool, ErrUnavailable)
		}
	}
	cache, err := filepath.Abs(cache)
	if err != nil {
		return "", fmt.Errorf("postfix: %w", err)
	}
	root := filepath.Join(cache, strings.Join(append([]string{name}, further...), "+"))
	if _, err := os.Stat(root); err == nil {
		return root, nil
	}
	if err := os.MkdirAll(cache, 0o755); err != nil { //nolint:gosec // Postfix's unprivileged programs read it
		return "", fmt.Errorf("postfix: %w", err)
	}
	dir, err := os.MkdirTemp(cache, "fetch-")
	if err != nil {
		return "", fmt.Errorf("postfix: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }() // what is left of it does no harm
	for _, one := range append(further, name) {
		if err := fetch(ctx, dir, one); err != nil {
			return "", err
		}
	}
	if err := os.Rename(filepath.Join(dir, "root"), root); err != nil { // whole or not at all
		return "", fmt.Errorf("postfix: %w", err)
	}
	return root, nil
}

func fetch(ctx context.Context, dir, name string) error {
	download := exec.CommandContext(ctx, "apt-get", "download", "-q", name) //nolint:gosec // name is a constant of ours
	download.Dir = dir
	if out, err := download.CombinedOutput(); err != nil {
		return fmt.Errorf("postfix: apt-get download %s: %w: %w\n%s", name, ErrUnavailable, err, out)
	}
	packages, err := filepath.Glob(filepath.Join(dir, name+"_*.deb"))
	if err != nil || len(packages) != 1 {
		return fmt.Errorf("postfix: apt-get download %s gave %d packages", name, len(packages))
	}
	out, err := exec.CommandContext(ctx, "dpkg", "-x", packages[0], filepath.Join(dir, "root")).CombinedOutput() //nolint:gosec // likewise
	if err != nil {
		return fmt.Errorf("postfix: dpkg -x: %w\n%s", err, out)
	}
	return nil
}

// linked checks that a program finds its libraries, and names those it misses.
func linked(ctx context.Context, program, libraries string) error {
	ldd := exec.CommandContext(ctx, "ldd", program) //nolint:gosec // a program that we unpacked
	ldd.Env = append(os.Environ(), "LD_LIBRARY_PATH="+libraries)
	out, err := ldd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("postfix: ldd %s: %w: %w\n%s", program, ErrUnavailable, err, out)
	}
	var missing []string
	for line := range strings.Lines(string(out)) {
		if name, _, found := strings.Cut(strings.TrimSpace(line), " => not found"); found {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("postfix: %s: %w: install the packages with %s", filepath.Base(program), ErrUnavailable, strings.Join(missing, ", "))
	}
	return nil
}
