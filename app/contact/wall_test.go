package contact_test

import (
	"context"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"smtpserver/app/store/storetest"
)

// mayReach are the packages that may link an account's contacts, each with its reason.
var mayReach = map[string]string{
	"app/contact":             "it is them",
	"app/listimport":          "imports of the account's own lists",
	"app/campaign":            "the account's own mail to them",
	"app/automation":          "the account's own mail to them, at each one's own time",
	"app/person":              "the account answers a person about that person, and nobody else",
	"app/web":                 "the account's own pages; staff routes are looked at below",
	"app/web/api":             "the account's own API",
	"app/boot":                "composes the program",
	"app/cli":                 "starts the program",
	"app":                     "the program",
	"app/testkit/tenant":      "starts the program for tests",
	"app/testkit/multitenant": "starts the program for tests",
	"app/bench":               "measures imports",
	"app/e2e":                 "drives the whole program",
}

// Promise 6, by dependencies: no package of the operator's own mailings, reports, billing or
// reputation can even name a contact.
func TestNoOtherPackageReachesContacts(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.ImportPath}}: {{join .Deps \" \"}}", "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for line := range strings.Lines(string(out)) {
		name, deps, _ := strings.Cut(line, ": ")
		name = strings.TrimPrefix(name, "smtpserver/")
		lines++
		if !slices.Contains(strings.Fields(deps), "smtpserver/app/contact") {
			continue
		}
		if mayReach[name] == "" {
			t.Errorf("%s reaches the customers' contacts (promise 6). If it is the account's own matter, enter it in wall_test.go with the reason", name)
		}
	}
	if lines < 20 {
		t.Fatalf("go list shows %d packages", lines)
	}
}

// apart are the packages that the operator's own mailings are made of, and those that they
// share with customers' campaigns: they must exist, and none may name a contact.
var apart = []string{"app/newsletter", "app/broadcast", "app/tracking", "app/leaving", "app/content", "app/template"}

// Promise 6, of the operator's mailings: what they are made of reaches no contact through
// anything, nor the packages that may.
func TestMailingsCannotReachContacts(t *testing.T) {
	t.Parallel()
	for _, name := range apart {
		cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "./"+name)
		cmd.Dir = "../.."
		out, err := cmd.Output()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for dep := range strings.FieldsSeq(string(out)) {
			if slices.Contains([]string{"smtpserver/app/contact", "smtpserver/app/listimport", "smtpserver/app/campaign", "smtpserver/app/automation", "smtpserver/app/person"}, dep) {
				t.Errorf("%s reaches %s: from there a mailing of the operator could reach customers' contacts", name, dep)
			}
		}
	}
}

// The tables of contacts, none of which a statement outside of their packages may name.
var walled = []string{"contacts", "contact_values", "contact_fields", "contact_totals", "consents", "list_members", "lists", "topics", "topic_choices", "segments", "imports", "import_chunks", "import_outcomes", "import_contacts", "forms", "form_signups"}

// Promise 6, by SQL: nothing in the program's text outside of these packages reads the
// tables, and nothing in the schema leads from elsewhere to them.
func TestNoOtherStatementReachesContacts(t *testing.T) {
	t.Parallel()
	for _, table := range walled {
		for _, verb := range []string{"FROM", "JOIN", "INTO", "UPDATE"} {
			cmd := exec.CommandContext(t.Context(), "grep", "-rnE", "--include=*.go", "--exclude=*_test.go", verb+" "+table+`\b`, "app", "jobs")
			cmd.Dir = "../.."
			out, err := cmd.Output()
			if err != nil && len(out) == 0 {
				continue // grep found nothing
			}
			for line := range strings.Lines(string(out)) {
				if !strings.HasPrefix(line, "app/contact/") && !strings.HasPrefix(line, "app/listimport/") && !strings.HasPrefix(line, "app/campaign/") && !strings.HasPrefix(line, "app/automation/") && !strings.HasPrefix(line, "app/bench/") {
					t.Errorf("a statement outside of the wall: %s", line)
				}
			}
		}
	}
	db := storetest.SQLite(t, nil)
	err := db.SystemRead(t.Context(), "test: what refers to contacts", func(_ context.Context, tx *gorm.DB) error {
		var found []struct{ Name, Target string }
		err := tx.Raw(`SELECT m.name, f."table" AS target FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'`).Scan(&found).Error
		if err != nil {
			return err
		}
		seen := 0
		for _, f := range found {
			if !slices.Contains(walled, f.Target) {
				continue
			}
			seen++
			if !slices.Contains(walled, f.Name) {
				t.Errorf("table %s refers to %s", f.Name, f.Target)
			}
		}
		if seen < 5 {
			t.Errorf("only %d references were found", seen)
		}
		var views int64
		if err := tx.Raw("SELECT COUNT(*) FROM sqlite_master WHERE type = 'view'").Scan(&views).Error; err != nil {
			return err
		}
		if views != 0 {
			t.Errorf("there are %d views: look whether one shows contacts", views)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
