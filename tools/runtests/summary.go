package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"
)

// event is one line of `go test -json` (see `go doc test2json`).
type event struct {
	Action, Package, Test, Output string
	ImportPath                    string // of build output
	Elapsed                       float64
}

// summary is what a run came to.
type summary struct {
	passed, failed int
	skipped        []string // name and reason
	failures       []string // name
}

type testKey struct{ pkg, test string }

// summarize reads go test's events: a line per package as it ends, the full
// output of what fails, and the reason of what is skipped.
func summarize(in io.Reader, out io.Writer) (*summary, error) {
	sum := &summary{}
	said := map[testKey][]string{}
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) != nil {
				fmt.Fprintf(out, "%s", line) // not an event: go itself speaks
			} else {
				sum.take(e, said, out)
			}
		}
		if err == io.EOF {
			return sum, nil
		}
		if err != nil {
			return sum, fmt.Errorf("read go test's output: %w", err)
		}
	}
}

func (s *summary) take(e event, said map[testKey][]string, out io.Writer) {
	key := testKey{e.Package, e.Test}
	switch e.Action {
	case "build-output":
		fmt.Fprint(out, e.Output)
	case "output":
		said[key] = append(said[key], e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			printPackage(e, said[key], out)
		} else {
			s.takeTest(e, said[key], out)
		}
		delete(said, key)
	}
}

func (s *summary) takeTest(e event, said []string, out io.Writer) {
	name := strings.TrimPrefix(e.Package, "smtpserver/") + " " + e.Test
	switch e.Action {
	case "pass":
		s.passed++
	case "skip":
		s.skipped = append(s.skipped, name+": "+reason(said))
	case "fail":
		s.failed++
		s.failures = append(s.failures, name)
		fmt.Fprintf(out, "FAILED %s (%.2f s)\n%s", name, e.Elapsed, strings.Join(said, ""))
	}
}

// printPackage shows the one line that go test would, and on failure everything
// that belongs to no test: a panic, a race, an os.Exit.
func printPackage(e event, said []string, out io.Writer) {
	if e.Action == "fail" {
		fmt.Fprint(out, strings.Join(said, ""))
		return
	}
	for _, line := range said {
		if strings.HasPrefix(line, "ok ") {
			fmt.Fprint(out, line)
		}
	}
}

var skipLine = regexp.MustCompile(`^\s+\S+\.go:\d+: `)

// reason is what the test said when it skipped.
func reason(said []string) string {
	for _, line := range slices.Backward(said) {
		if at := skipLine.FindString(line); at != "" {
			return strings.TrimSpace(line[len(at):])
		}
	}
	return "no reason given"
}

// print ends the run. The last line is in the plain form that CI counts by.
func (s *summary) print(out io.Writer, took time.Duration) {
	fmt.Fprintln(out)
	for _, what := range s.skipped {
		fmt.Fprintln(out, "skipped", what)
	}
	for _, what := range s.failures {
		fmt.Fprintln(out, "FAILED", what)
	}
	fmt.Fprintf(out, "%s of tests\n%d passed, %d failed, %d skipped\n", took.Round(time.Second), s.passed, s.failed, len(s.skipped))
}
