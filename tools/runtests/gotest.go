package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// testTimeout is go test's limit per package, well under CI's own.
const testTimeout = "25m"

// goTest builds go test's command line: the caller's flags win over ours.
func goTest(args []string) (argv []string, raw bool) {
	argv = []string{"go", "test"}
	has := func(name string) bool {
		return slices.ContainsFunc(args, func(a string) bool {
			a = "-" + strings.TrimLeft(a, "-")
			return a == name || strings.HasPrefix(a, name+"=")
		})
	}
	if !has("-timeout") {
		argv = append(argv, "-timeout="+testTimeout)
	}
	if raw = has("-v") || has("-json") || has("-list"); !raw {
		argv = append(argv, "-json")
	}
	argv = append(argv, args...)
	if !slices.ContainsFunc(args, isPackage) {
		argv = append(argv, "./...")
	}
	return argv, raw
}

// isPackage tells a package from a flag's value, which Go's own packages never need here.
func isPackage(arg string) bool {
	return arg == "." || strings.HasPrefix(arg, "./") || strings.HasPrefix(arg, "smtpserver/")
}

// runTests runs go test and prints the summary and the tests' reports.
func runTests(ctx context.Context, args, env []string, report string) error {
	began := time.Now()
	argv, raw := goTest(args)
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	interruptibleGroup(cmd)
	cmd.Env, cmd.Stderr = append(os.Environ(), env...), os.Stderr
	if raw {
		cmd.Stdout = os.Stdout
		return errors.Join(cmd.Run(), printReport(report))
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	sum, readErr := summarize(out, os.Stdout)
	err = errors.Join(cmd.Wait(), readErr, printReport(report))
	sum.print(os.Stdout, time.Since(began))
	if err == nil && sum.passed == 0 {
		return errors.New("no test ran")
	}
	return err
}

// printReport shows the tables that tests made with services.Report.
func printReport(path string) error {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	fmt.Printf("%s", data)
	return err
}
