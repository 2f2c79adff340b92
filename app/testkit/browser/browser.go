// Package browser looks at pages with a real Chromium, as people see them: whether
// they fit the window, whether axe-core finds a barrier, whether a request leaves the
// origin, and what the browser complains about.
package browser

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/launcher"
)

// Start starts one Chromium that ends with the test.
func Start(t testing.TB) *rod.Browser {
	t.Helper()
	path := os.Getenv("TEST_CHROMIUM")
	if path == "" {
		found, err := exec.LookPath("chromium")
		if err != nil {
			missing(t, "chromium")
		}
		path = found
	}
	// Leakless unpacks a helper program; Kill does the same from here.
	l := launcher.New().Bin(path).NoSandbox(true).Leakless(false).Set("disable-dev-shm-usage").Set("force-color-profile", "srgb")
	address, err := l.Launch()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Kill(); l.Cleanup() })
	return rod.New().ControlURL(address).MustConnect()
}

// Axe is the source of axe-core.
type Axe string

// FindAxe reads axe-core from where the test run or `npm ci` put it; root is the
// repository.
func FindAxe(t testing.TB, root string) Axe {
	t.Helper()
	for _, dir := range []string{os.Getenv("TEST_NODE_MODULES"), filepath.Join(root, "node_modules")} {
		if source, err := os.ReadFile(filepath.Join(dir, "axe-core/axe.min.js")); err == nil {
			return Axe(source)
		}
	}
	missing(t, "axe-core")
	return ""
}

// missing skips on a developer's machine; a run that promised everything fails.
func missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("TEST_REQUIRE_SERVICES") == "1" {
		t.Fatalf("%s is not installed", what)
	}
	t.Skipf("%s is not installed", what)
}
