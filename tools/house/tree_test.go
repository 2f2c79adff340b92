package house_test

import (
	"bytes"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// topLevel is fixed: a reader who opens the repository sees the plan, not a heap.
var topLevel = []string{
	"app", "jobs", "views", "static", "migrations", "tools",
	"go.mod", "go.sum", "package.json", "package-lock.json", "tailwind.config.js",
	"Makefile", "README.md", "CHANGELOG.md", "LICENSE", "Dockerfile", "compose.yaml",
}

// root is the top of the repository.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// files lists what git holds or would add, relative to the top.
func files(t *testing.T) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", "ls-files", "-co", "--exclude-standard", "-z")
	cmd.Dir = root(t)
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("this tree is no git repository: %v", err)
	}
	return strings.Split(strings.Trim(string(out), "\x00"), "\x00")
}

func TestTopLevel(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, file := range files(t) {
		entry, _, _ := strings.Cut(file, "/")
		if seen[entry] || strings.HasPrefix(entry, ".") {
			continue
		}
		seen[entry] = true
		if !slices.Contains(topLevel, entry) {
			t.Errorf("%s does not belong at the top of the repository", entry)
		}
	}
}

func TestFolderNames(t *testing.T) {
	t.Parallel()
	for _, file := range files(t) {
		if strings.HasPrefix(file, "static/") {
			continue
		}
		for _, dir := range strings.Split(filepath.ToSlash(filepath.Dir(file)), "/") {
			switch dir {
			case "internal", "pkg", "util", "utils", "common", "helpers", "models", "lib", "misc":
				t.Errorf("%s: %q says nothing about what is in it", file, dir)
			}
		}
	}
}

// machineNames are what a file must not name, because it holds on one machine
// only: where this clone lies, whose home it is, and the hosts that this
// machine gets its packages from. They are asked for rather than listed, so
// that this file does not name them either.
func machineNames(t *testing.T) []string {
	t.Helper()
	names := []string{root(t) + "/"}
	if home, err := os.UserHomeDir(); err == nil && len(home) > 1 {
		names = append(names, home+"/")
	}
	for _, argv := range [][]string{{"go", "env", "GOPROXY", "GOSUMDB"}, {"npm", "config", "get", "registry"}} {
		out, err := exec.CommandContext(t.Context(), argv[0], argv[1:]...).Output()
		if err != nil {
			continue // without npm there is no registry to give away
		}
		names = append(names, hosts(string(out))...)
	}
	for _, pattern := range []string{"/etc/apt/sources.list", "/etc/apt/sources.list.d/*"} {
		lists, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, list := range lists {
			data, err := os.ReadFile(list)
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, hosts(string(data))...)
		}
	}
	return names
}

var address = regexp.MustCompile(`https?://[^\s,|\]]+`)

func hosts(text string) []string {
	var names []string
	for _, a := range address.FindAllString(text, -1) {
		if u, err := url.Parse(a); err == nil && strings.Contains(u.Hostname(), ".") {
			names = append(names, u.Hostname())
		}
	}
	return names
}

func TestNoFileNamesAMachine(t *testing.T) {
	t.Parallel()
	names := machineNames(t)
	for _, file := range files(t) {
		data, err := os.ReadFile(filepath.Join(root(t), file))
		if err != nil || bytes.IndexByte(data[:min(len(data), 8000)], 0) >= 0 {
			continue // deleted in the work tree, or binary
		}
		for _, name := range names {
			if at := bytes.Index(data, []byte(name)); at >= 0 {
				t.Errorf("%s:%d names %s, which is this machine's own", file, 1+bytes.Count(data[:at], []byte("\n")), name)
			}
		}
	}
}

func TestHosts(t *testing.T) {
	t.Parallel()
	got := hosts("https://modules.example.org,direct\nURIs: http://mirror.example.net/debian [signed-by=x]\nhttp://localhost:4873/\n")
	if want := []string{"modules.example.org", "mirror.example.net"}; !slices.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
}
