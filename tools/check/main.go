// Command check is `make check`: everything that a machine can judge about this
// repository besides the tests themselves. Each step says how long it took; all
// of them run even if one fails. Name steps to run only those:
//
//	go run ./tools/check [fmt generate css vet lint tidy race fuzz vuln]
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

// step is one check. It returns skipped with a reason when this machine cannot do it.
type step struct {
	name, what string
	run        func(context.Context) error
}

var steps = []step{
	{"fmt", "sources are formatted", checkFormat},
	{"generate", "generated Go is what its templates give", checkGenerated},
	{"css", "static/dist is what its sources give", checkAssets},
	{"vet", "go vet", goVet},
	{"lint", "house rules of .golangci.yml", lint},
	{"tidy", "go.mod names what is used", tidy},
	{"race", "short tests under the race detector", race},
	{"fuzz", "every fuzz target for a few seconds", fuzz},
	{"vuln", "known vulnerabilities in what is called", vulnerabilities},
}

// skipped is the reason why a step did not run.
type skipped string

func (s skipped) Error() string { return string(s) }

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ok, err := runSteps(ctx, os.Args[1:])
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "check:", err)
	}
	if err != nil || !ok {
		os.Exit(1)
	}
}

// runSteps runs the named steps, or all, and reports whether all went well.
func runSteps(ctx context.Context, names []string) (ok bool, err error) {
	for _, name := range names {
		if !slices.ContainsFunc(steps, func(s step) bool { return s.name == name }) {
			return false, fmt.Errorf("there is no step %q", name)
		}
	}
	ok = true
	var lines []string
	for _, s := range steps {
		if len(names) > 0 && !slices.Contains(names, s.name) {
			continue
		}
		fmt.Printf("\n--- %s: %s\n", s.name, s.what)
		began := time.Now()
		err := s.run(ctx)
		if ctx.Err() != nil {
			return false, errors.New("interrupted")
		}
		line := verdict(s, err, time.Since(began))
		fmt.Println(line)
		lines = append(lines, line)
		var reason skipped
		ok = ok && (err == nil || errors.As(err, &reason))
	}
	fmt.Printf("\n%s\n", strings.Join(lines, "\n"))
	return ok, nil
}

func verdict(s step, err error, took time.Duration) string {
	word, detail := "ok", ""
	var reason skipped
	switch {
	case errors.As(err, &reason):
		word, detail = "skipped", ": "+string(reason)
	case err != nil:
		word, detail = "FAILED", ": "+err.Error()
	}
	return fmt.Sprintf("%-8s %-9s %6.1f s%s", word, s.name, took.Seconds(), detail)
}

// inCI tells whether everything must be available.
func inCI() bool { return os.Getenv("CI") != "" }

// show runs a command with its output on ours.
func show(ctx context.Context, env []string, argv ...string) error {
	cmd := newCommand(ctx, argv...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stdout
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w", strings.Join(argv[:min(len(argv), 3)], " "), err)
	}
	return nil
}

// output runs a command and returns its standard output; its complaints are shown.
func output(ctx context.Context, argv ...string) (string, error) {
	cmd := newCommand(ctx, argv...)
	cmd.Stderr = os.Stdout
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w", strings.Join(argv[:min(len(argv), 3)], " "), err)
	}
	return string(out), nil
}

func newCommand(ctx context.Context, argv ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 20 * time.Second
	return cmd
}
