package main

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A rule that no longer fires looks exactly like a rule that is kept. So this
// writes a small house that breaks each rule, and one that keeps it, and runs
// the real configuration on it. `make check` names the linter.

// broken maps a file to its content; each line with `// want TEXT` must be reported.
var broken = map[string]string{
	"app/web/a.go": `package web
import _ "smtpserver/app/smtpd" // want edges never import each other
import _ "smtpserver/jobs" // want edges never import each other
import _ "github.com/gofiber/fiber/v2"
import _ "smtpserver/app/delivery"
`,
	"app/smtpd/a.go": `package smtpd
import _ "smtpserver/views" // want renders no pages
import _ "github.com/gofiber/fiber/v2" // want Fiber lives in app/web
`,
	"jobs/a.go": `package jobs
import _ "smtpserver/app/smtpd" // want edges never import each other
import _ "github.com/hibiken/asynq"
`,
	"app/delivery/a.go": `package delivery
import _ "smtpserver/views" // want the domain renders nothing
import _ "smtpserver/app/config" // want handed down as values
import _ "github.com/hibiken/asynq" // want the queue only wakes
import _ "gorm.io/gorm" // want GORM lives in app/store
import _ "smtpserver/app/mail/dkim"
import _ "smtpserver/app/testkit" // want for tests only
`,
	"app/delivery/store.go": `package delivery
import "gorm.io/gorm"
func find(db *gorm.DB) { db.Where("a"); db.Save(1) } // want goes round the account guard
func read(db *gorm.DB) { db.Raw("a") } // want goes round the account guard
var _, _ = find, read
`,
	"app/delivery/system_claim.go": `package delivery
import "gorm.io/gorm"
func claim(db *gorm.DB) { db.Raw("a"); db.Exec("b") }
var _ = claim
`,
	"app/delivery/time.go": `package delivery
import (
	"fmt"
	"os"
	"time"

	"smtpserver/app/account"
)
func now() time.Time { return time.Now() } // want inject app/clock
func say() { fmt.Println("hello") } // want output belongs to app/cli
func end() { os.Exit(1) } // want only main ends the process
func key() string { return os.Getenv("KEY") } // want settings are read once
func mint() int { return account.NewScope() } // want a Scope is minted only
var _, _, _, _, _ = now, say, end, key, mint
`,
	"app/smtpd/credentials.go": `package smtpd
import "smtpserver/app/account"
func mint() int { return account.NewScope() }
var _ = mint
`,
	"app/mail/dkim/a.go": `package dkim
import _ "smtpserver/app/clock"
import _ "smtpserver/app/account" // want without product knowledge
import _ "log" // want log/slog
import _ "math/rand" // want crypto/rand
`,
	"app/store/a.go": `package store
import _ "smtpserver/app/clock"
import _ "smtpserver/app/account" // want the store is below
`,
	"views/pages/a.go": `package pages
import _ "smtpserver/views"
import _ "smtpserver/app/account" // want views take plain view models
`,
	"app/account/a.go": `package account
func NewScope() int { return 1 } // want should have comment
var _ = 1 //nolint // want nolint
`,
	// What the rules are about; nothing to report.
	"app/clock/a.go":   "package clock\n",
	"app/config/a.go":  "package config\n",
	"app/testkit/a.go": "package testkit\n",
	"views/a.go":       "package views\n",

	"outside/gorm/a.go":   "package gorm\ntype DB struct{}\nfunc (d *DB) Save(any) *DB { return d }\nfunc (d *DB) Raw(string) *DB { return d }\nfunc (d *DB) Exec(string) *DB { return d }\nfunc (d *DB) Where(string) *DB { return d }\n",
	"outside/gorm/go.mod": "module gorm.io/gorm\ngo 1.26\n",
	"outside/fiber/a.go":  "package fiber\n", "outside/fiber/go.mod": "module github.com/gofiber/fiber/v2\ngo 1.26\n",
	"outside/asynq/a.go": "package asynq\n", "outside/asynq/go.mod": "module github.com/hibiken/asynq\ngo 1.26\n",

	"go.mod": `module smtpserver
go 1.26
require (
	gorm.io/gorm v1.0.0
	github.com/gofiber/fiber/v2 v2.0.0
	github.com/hibiken/asynq v1.0.0
)
replace gorm.io/gorm => ./outside/gorm
replace github.com/gofiber/fiber/v2 => ./outside/fiber
replace github.com/hibiken/asynq => ./outside/asynq
`,
}

type finding struct {
	Text string
	Pos  struct {
		Filename string
		Line     int
	}
}

func TestHouseRulesFire(t *testing.T) {
	t.Parallel()
	bin := os.Getenv("TEST_GOLANGCI_LINT")
	if bin == "" {
		t.Skip("TEST_GOLANGCI_LINT is not set: `make check` runs this")
	}
	dir := t.TempDir()
	for name, content := range broken {
		write(t, filepath.Join(dir, filepath.FromSlash(name)), content)
	}
	config, err := os.ReadFile(filepath.Join("..", "..", ".golangci.yml"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, ".golangci.yml"), string(config))

	found := findings(t, bin, dir)
	for name, content := range broken {
		if !strings.HasSuffix(name, ".go") || strings.HasPrefix(name, "outside/") {
			continue
		}
		for i, line := range strings.Split(content, "\n") {
			_, want, marked := strings.Cut(line, "// want ")
			got := about(found, name, i+1)
			switch {
			case marked && !strings.Contains(got, want):
				t.Errorf("%s:%d: %s\n\twant a finding with %q, got %q", name, i+1, line, want, got)
			case !marked && got != "":
				t.Errorf("%s:%d: %s\n\tneeds no finding, got %q", name, i+1, line, got)
			}
		}
	}
}

// findings runs the linters that hold house rules; what others say about the
// style of these files is beside the point.
func findings(t *testing.T, bin, dir string) []finding {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), bin, "run", "--enable-only=depguard,forbidigo,revive,nolintlint",
		"--output.json.path=stdout", "--output.text.path=stderr", "--show-stats=false", "./...")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOLANGCI_LINT_CACHE="+filepath.Join(dir, ".cache"))
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 { // 1: there are findings
		t.Fatalf("golangci-lint: %v\n%s", err, complaint.String())
	}
	var report struct{ Issues []finding }
	if err := json.Unmarshal(out, &report); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return report.Issues
}

func about(found []finding, file string, line int) string {
	var texts []string
	for _, f := range found {
		if f.Pos.Filename == file && f.Pos.Line == line && !isComment(f.Text) {
			texts = append(texts, f.Text)
		}
	}
	return strings.Join(texts, " | ")
}

// isComment tells a demand for a package comment or for a reason beside a blank
// import, which fixtures do without.
func isComment(text string) bool {
	return strings.Contains(text, "package comment") || strings.Contains(text, "blank import")
}
