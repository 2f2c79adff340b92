// Package house holds the tests of the house itself: which package may know
// which, what lies at the top of the repository, and what no file may name.
// depguard (.golangci.yml) judges each import where it is written; this test
// judges what a package reaches in the end, through however many others.
package house_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "smtpserver"

type kind string

const (
	leaf     kind = "leaf"   // protocol and machine knowledge without product knowledge
	schema   kind = "schema" // embedded SQL
	store    kind = "store"
	domain   kind = "domain"
	view     kind = "view"
	edge     kind = "edge"
	settings kind = "settings"
	top      kind = "top"  // composes everything
	test     kind = "test" // reached by tests only
)

// kinds says what each package is; what lies below one is of its kind unless
// named itself. A new package is entered here, one that is gone is taken out.
var kinds = map[string]kind{
	"app":      top, // main.go
	"app/cli":  top,
	"app/boot": top,

	"app/config": settings,

	"app/web":   edge,
	"app/smtpd": edge,
	"jobs":      edge,

	"views":  view,
	"static": view,

	"app/account":    domain,
	"app/identity":   domain,
	"app/credential": domain,
	"app/domain":     domain,
	"app/message":    domain,
	"app/submission": domain,
	"app/delivery":   domain,
	"app/terms":      domain,
	"app/bounce":     domain,
	"app/limit":      domain,
	"app/contact":    domain,
	"app/template":   domain,
	"app/listimport": domain,

	"app/audit":        domain,
	"app/automation":   domain,
	"app/broadcast":    domain,
	"app/campaign":     domain,
	"app/precheck":     domain,
	"app/billing":      domain,
	"app/departure":    domain,
	"app/demo":         domain,
	"app/newsletter":   domain,
	"app/notification": domain,
	"app/person":       domain,
	"app/reputation":   domain,
	"app/reseal":       domain,
	"app/sending":      domain,
	"app/support":      domain,
	"app/office":       domain,
	"app/approval":     domain,
	"app/tracking":     domain,
	"app/leaving":      domain,
	"app/sheet":        leaf,
	"app/content":      leaf,

	"app/store":  store,
	"migrations": schema,

	"app/mail":   leaf,
	"app/fault":  leaf,
	"app/clock":  leaf,
	"app/disk":   leaf,
	"app/id":     leaf,
	"app/secret": leaf,
	"app/memo":   leaf,
	"app/paper":  leaf,

	"app/telemetry": domain, // it counts messages by their states

	"app/store/storetest": test,
	"app/testkit":         test,
	"app/bench":           test,
	"app/e2e":             test,
	"tools/check":         test,
	"tools/runtests":      test,
}

// mayReach is the direction of every arrow, with the reason for its end.
var mayReach = map[kind]struct {
	kinds  []kind
	reason string
}{
	leaf:     {[]kind{leaf}, "a leaf could be used in another program"},
	schema:   {nil, "SQL files know nothing"},
	store:    {[]kind{store, schema, leaf}, "the store is below everything that has rows"},
	domain:   {[]kind{domain, store, schema, leaf}, "the domain knows no edge, page or setting: ports.go says what it needs"},
	view:     {[]kind{view}, "views take plain view models and import nothing of app"},
	edge:     {[]kind{domain, store, schema, leaf, view, settings}, "edges never reach each other: what both need is domain"},
	settings: {[]kind{settings, leaf}, "settings are read first, so nothing may be needed to read them"},
	top:      {[]kind{top, settings, edge, domain, store, schema, leaf, view}, "the program reaches no test code"},
	test:     {[]kind{top, settings, edge, domain, store, schema, leaf, view, test}, ""},
}

// outside says which kinds may reach, through anything, a technology from outside.
var outside = map[string]struct {
	kinds  []kind
	reason string
}{
	"github.com/gofiber/":            {[]kind{edge, top, test}, "Fiber lives in app/web"},
	"github.com/hibiken/asynq":       {[]kind{edge, top, test}, "the queue lives in jobs, behind ports of the domain"},
	"github.com/alicebob/miniredis/": {[]kind{edge, top, test}, "the embedded queue lives in jobs"},
	"github.com/a-h/templ":           {[]kind{view, edge, top, test}, "pages and mails are rendered by the edges"},
	"codeberg.org/go-pdf/":           {[]kind{leaf, domain, edge, top, test}, "papers are printed by app/paper"},
	"github.com/stripe/":             {[]kind{domain, top, test}, "Stripe lives in app/billing/stripe, behind a port of app/billing"},
	"gorm.io/":                       {[]kind{store, domain, edge, top, test}, "leaves, views and settings have no rows"},
	// Fiber's own utilities link it, so edges do; depguard refuses the import itself.
	"testing": {[]kind{edge, top, test}, "the program links no test code"},
}

type pkg struct {
	ImportPath string
	Deps       []string
	GoFiles    []string
	Error      *struct{ Err string }
}

// packages asks go for every package of the module with all that it reaches.
func packages(t *testing.T) map[string]pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=ImportPath,Deps,GoFiles,Error", "./...")
	cmd.Dir = root(t)
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		t.Fatalf("go list: %s", exit.Stderr)
	} else if err != nil {
		t.Fatal(err)
	}
	found := map[string]pkg{}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return found
		} else if err != nil {
			t.Fatal(err)
		}
		name, ours := strings.CutPrefix(p.ImportPath, module+"/")
		// Packages with nothing but tests, such as this one, reach nothing.
		if ours && len(p.GoFiles) > 0 {
			found[name] = p
		}
	}
}

// kindOf is the kind of the nearest named package above; false for a stranger.
func kindOf(name string) (kind, bool) {
	if k, ok := kinds[name]; ok {
		return k, true
	}
	// "app" names main.go alone: else every new package below it would be one of top.
	for name = path.Dir(name); name != "." && name != "app"; name = path.Dir(name) {
		if k, ok := kinds[name]; ok {
			return k, true
		}
	}
	return "", false
}

// room is the named package that a package belongs to.
func room(name string) string {
	for name != "." {
		if _, ok := kinds[name]; ok {
			return name
		}
		name = path.Dir(name)
	}
	return ""
}

func TestDirections(t *testing.T) {
	t.Parallel()
	for name, p := range packages(t) {
		from, known := kindOf(name)
		if !known {
			t.Errorf("%s is new: enter in tools/house what kind of package it is", name)
			continue
		}
		for _, dep := range p.Deps {
			if reason := forbidden(name, from, dep); reason != "" {
				t.Errorf("%s (%s) reaches %s: %s", name, from, dep, reason)
			}
		}
	}
}

// forbidden gives the reason why a package may not reach dep, if there is one.
func forbidden(name string, from kind, dep string) string {
	if target, ours := strings.CutPrefix(dep, module+"/"); ours {
		to, known := kindOf(target)
		rule := mayReach[from]
		if !known || slices.Contains(rule.kinds, to) || room(name) == room(target) {
			return ""
		}
		return rule.reason
	}
	for prefix, rule := range outside {
		matches := dep == strings.TrimSuffix(prefix, "/") || strings.HasPrefix(dep, strings.TrimSuffix(prefix, "/")+"/")
		if matches && !slices.Contains(rule.kinds, from) {
			return rule.reason
		}
	}
	return ""
}

func TestNamedPackagesExist(t *testing.T) {
	t.Parallel()
	found := packages(t)
	for name := range kinds {
		exists := false
		for have := range found {
			exists = exists || have == name || strings.HasPrefix(have, name+"/")
		}
		if !exists {
			t.Errorf("%s is named in tools/house and is no package any more: a rule about nothing protects nothing", name)
		}
	}
}

// The rules themselves: each arrow that matters most is refused.
func TestForbiddenArrows(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		from, to string
		refused  bool
	}{
		{"app/web", "smtpserver/app/smtpd", true},
		{"app/web/api", "smtpserver/app/web", false},
		{"app/smtpd", "smtpserver/jobs", true},
		{"jobs", "smtpserver/app/web/staff", true},
		{"app/delivery", "smtpserver/jobs", true},
		{"app/delivery", "github.com/gofiber/fiber/v2", true},
		{"app/delivery", "smtpserver/app/mail/dkim", false},
		{"app/delivery", "smtpserver/app/config", true},
		{"app/mail/dkim", "smtpserver/app/account", true},
		{"app/mail/dkim", "smtpserver/app/clock", false},
		{"app/store", "smtpserver/app/message", true},
		{"app/store", "smtpserver/app/store/storetest", true},
		{"views/pages", "smtpserver/app/account", true},
		{"views/pages", "gorm.io/gorm", true},
		{"app/boot", "smtpserver/app/testkit/fakemx", true},
		{"app/delivery", "testing", true},
		{"app/mail/dkim", "testing/fstest", true},
		{"app/boot", "smtpserver/app/web", false},
	} {
		from, ok := kindOf(tc.from)
		if !ok {
			t.Errorf("%s has no kind", tc.from)
		}
		if refused := forbidden(tc.from, from, tc.to) != ""; refused != tc.refused {
			t.Errorf("%s → %s: refused is %t, want %t", tc.from, tc.to, refused, tc.refused)
		}
	}
}
