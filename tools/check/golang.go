package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// Versions of the programs that stay out of go.mod, for their dependencies would rule ours.
const (
	lintModule = "github.com/golangci/golangci-lint/v2/cmd/golangci-lint"
	lintPin    = "v2.15.0"
	vulnModule = "golang.org/x/vuln/cmd/govulncheck"
	vulnPin    = "v1.9.0"
)

func goVet(ctx context.Context) error { return show(ctx, nil, "go", "vet", "./...") }

func tidy(ctx context.Context) error { return show(ctx, nil, "go", "mod", "tidy", "-diff") }

func lint(ctx context.Context) error {
	bin, err := pinned(ctx, lintModule, lintPin)
	if err != nil {
		return err
	}
	if err := show(ctx, nil, bin, "config", "verify"); err != nil {
		return err
	}
	// A rule that no longer fires looks like a rule that is kept.
	if err := show(ctx, []string{"TEST_GOLANGCI_LINT=" + bin}, "go", "test", "-run=^TestHouseRulesFire$", "./tools/check"); err != nil {
		return err
	}
	return show(ctx, nil, bin, "run", "./...")
}

// pinned returns a program of an exact version, built once into .cache.
func pinned(ctx context.Context, module, version string) (string, error) {
	dir, err := filepath.Abs(filepath.Join(".cache", "bin", version))
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, filepath.Base(module))
	if _, err := os.Stat(bin); err == nil {
		return bin, nil
	}
	fmt.Printf("building %s %s\n", filepath.Base(module), version)
	return bin, show(ctx, []string{"GOBIN=" + dir, "GOFLAGS="}, "go", "install", module+"@"+version)
}

// race runs the short tests of what has goroutines of its own. The tests in e2e
// drive another process, which the detector does not see.
func race(ctx context.Context) error {
	if _, err := exec.LookPath("gcc"); err != nil {
		if _, err := exec.LookPath("cc"); err != nil {
			if inCI() {
				return errors.New("CI must have a C compiler: the race detector needs cgo")
			}
			return skipped("the race detector needs cgo, and there is no C compiler")
		}
	}
	list, err := output(ctx, "go", "list", "./app/...", "./jobs/...")
	if err != nil {
		return err
	}
	// Not by go run, which would keep an interrupt from reaching the services.
	runner := filepath.Join(".cache", "runtests")
	if err := show(ctx, nil, "go", "build", "-o", runner, "./tools/runtests"); err != nil {
		return err
	}
	argv := []string{runner, "-race", "-short", "-timeout=30m"}
	for _, pkg := range strings.Fields(list) {
		if !strings.Contains(pkg+"/", "/app/e2e/") && !strings.Contains(pkg+"/", "/app/bench/") {
			argv = append(argv, pkg)
		}
	}
	return show(ctx, []string{"CGO_ENABLED=1"}, argv...)
}

// fuzz gives every target FUZZTIME (30 s). A crasher is written to testdata,
// where it becomes a test: commit it with its repair.
func fuzz(ctx context.Context) error {
	targets, err := fuzzTargets(".")
	if err != nil {
		return err
	}
	if len(targets) == 0 {
		return skipped("there is no fuzz target")
	}
	var failed []string
	for _, t := range targets {
		cmd := newCommand(ctx, "go", "test", "-run=^$", "-fuzz=^"+t.name+"$", "-fuzztime="+cmp.Or(os.Getenv("FUZZTIME"), "30s"), t.pkg)
		var said bytes.Buffer
		cmd.Stdout = io.MultiWriter(os.Stdout, &said)
		cmd.Stderr = cmd.Stdout
		if err := cmd.Run(); err != nil && !outOfTime(said.String()) {
			failed = append(failed, t.pkg+" "+t.name)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if len(failed) > 0 {
		return fmt.Errorf("%d of %d targets: %s", len(failed), len(targets), strings.Join(failed, ", "))
	}
	fmt.Printf("%d targets\n", len(targets))
	return nil
}

// vulnerabilities needs a database that is asked over the network.
func vulnerabilities(ctx context.Context) error {
	bin, err := pinned(ctx, vulnModule, vulnPin)
	if err != nil {
		return err
	}
	out, err := newCommand(ctx, bin, "./...").CombinedOutput()
	if err == nil {
		return nil
	}
	text := string(out)
	// Its exit code 3 means findings; a database that cannot be asked gives 1.
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() != 3 && strings.Contains(text, "fetching vulnerabilities") {
		return skipped("the vulnerability database cannot be reached")
	}
	fmt.Print(text)
	return fmt.Errorf("govulncheck: %w", err)
}

var outOfTimeWords = regexp.MustCompile(`(?m)^--- FAIL: Fuzz\w+ \([0-9.]+s\)\n    context deadline exceeded\nFAIL$`)

// outOfTime tells a target whose time was over while a worker was still at its input, which
// go test calls a failure, from one that found something.
func outOfTime(said string) bool {
	return outOfTimeWords.MatchString(said) && !strings.Contains(said, "Failing input written to")
}
