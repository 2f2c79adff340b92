package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"smtpserver/app/bench/postfix"
	"smtpserver/app/bench/report"
)

// options of a comparison.
type options struct {
	runs, scale   int
	systems       string
	binary        string
	temp, results string
	cache         string
	limits        bool
	quietPostfix  bool
	quick         bool
}

func parse(args []string, progress io.Writer, everything bool) (options, error) {
	var o options
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(progress)
	f.IntVar(&o.runs, "runs", 5, "rounds; the systems take turns in each, and medians are shown")
	f.IntVar(&o.scale, "scale", 100, "messages per run, percent of the usual number")
	f.StringVar(&o.systems, "systems", "sqlite,postgresql,postfix,opendkim", "what to measure, in the order of turns")
	f.StringVar(&o.binary, "binary", "", "our program; built into bin/smtpserver when empty")
	f.StringVar(&o.temp, "temp", "", "folder for the servers' data; it must be on a disk")
	f.StringVar(&o.results, "results", ".cache/bench/results", "folder for report.txt, report.md and report.json")
	f.StringVar(&o.cache, "packages", ".cache/bench/packages", "folder for unpacked Debian packages")
	f.BoolVar(&o.quick, "quick", false, "one round with a fifth of the messages, for a first impression")
	f.BoolVar(&o.limits, "limits", everything, "measure what the machine allows, too")
	f.BoolVar(&o.quietPostfix, "quiet-postfix", false, "let Postfix keep no log of its own, which makes it faster than any in use")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	if o.quick {
		o.runs, o.scale, o.limits = 1, 20, false
	}
	if o.runs < 1 || f.NArg() > 0 {
		return o, fmt.Errorf("-runs must be at least 1, and %q is not a flag", f.Args())
	}
	if o.temp == "" {
		o.temp = os.TempDir()
	}
	if kind := report.Filesystem(o.temp); kind == "tmpfs" || kind == "ramfs" {
		return o, fmt.Errorf("%s is in memory, where a sync costs nothing: name a folder on a disk with -temp", o.temp)
	}
	return o, nil
}

// compare is a command that measures all systems under the workloads.
func compare(wanted []workload) func(context.Context, []string, io.Writer, io.Writer) error {
	return func(ctx context.Context, args []string, out, progress io.Writer) error {
		o, err := parse(args, progress, len(wanted) > 1)
		if err != nil {
			return err
		}
		for i, w := range wanted {
			if wanted[i], err = w.scaled(o.scale); err != nil {
				return err
			}
		}
		systems, err := pick(ctx, o, progress)
		if err != nil {
			return err
		}
		c := &comparison{options: o, workloads: wanted, systems: systems, progress: progress}
		err = c.run(ctx)
		for _, s := range systems {
			err = errors.Join(err, s.close())
		}
		c.finish()
		fmt.Fprint(out, c.report.Text())
		if werr := c.report.Write(o.results); werr != nil {
			return errors.Join(err, werr)
		}
		fmt.Fprintf(out, "Written to %s/report.{txt,md,json}\n", o.results)
		return err
	}
}

// pick makes the systems that were asked for.
func pick(ctx context.Context, o options, progress io.Writer) ([]system, error) {
	var all []system
	for name := range strings.SplitSeq(o.systems, ",") {
		switch strings.TrimSpace(name) {
		case "sqlite", "postgresql":
			if o.binary == "" {
				fmt.Fprintln(progress, "building bin/smtpserver")
				build := exec.CommandContext(ctx, "make", "build")
				if out, err := build.CombinedOutput(); err != nil {
					return nil, fmt.Errorf("make build: %w\n%s", err, out)
				}
				o.binary = "bin/smtpserver"
			}
			binary, err := filepath.Abs(o.binary)
			if err != nil {
				return nil, err
			}
			all = append(all, &productSystem{binary: binary, temp: o.temp, scaledOut: name == "postgresql", seed: Seed})
		case "postfix", "opendkim":
			all = append(all, postfixSystem{sign: name == "opendkim", quiet: o.quietPostfix, cache: o.cache, temp: o.temp})
		default:
			return nil, fmt.Errorf("-systems: %q is not sqlite, postgresql, postfix or opendkim", name)
		}
	}
	return all, nil
}

// comparison is one benchmark under way.
type comparison struct {
	options
	workloads []workload
	systems   []system
	progress  io.Writer
	report    report.Report
}

// run measures round by round: in each, every system has its turn under every
// workload, so that a slow minute of the machine hits all alike. A peer that
// this machine cannot run is left out with a note; our own program must run.
func (c *comparison) run(ctx context.Context) error {
	c.report = report.Report{Began: time.Now(), Machine: report.Look(c.temp), Workloads: map[string]string{}}
	c.report.Versions = versions(ctx, c.systems)
	for _, w := range c.workloads {
		c.report.Workloads[w.name] = fmt.Sprintf("%s (%d messages)", w.meaning, w.messages)
	}
	if c.limits {
		limits, err := measureLimits(ctx, c.temp)
		if err != nil {
			return err
		}
		c.report.Limits = limits
	}
	var failures []error
	left := slices.Clone(c.systems)
	for round := range c.runs {
		for _, w := range c.workloads {
			for _, s := range slices.Clone(left) {
				if !w.fits(s) {
					continue
				}
				err := c.turn(ctx, round, w, s)
				if ctx.Err() != nil {
					return ctx.Err()
				}
				if err == nil {
					continue
				}
				left = slices.DeleteFunc(left, func(other system) bool { return other == s })
				c.report.Notes = append(c.report.Notes, fmt.Sprintf("%s was left out under %s: %v", s.name(), w.name, err))
				if !errors.Is(err, postfix.ErrUnavailable) {
					failures = append(failures, fmt.Errorf("%s: %s: %w", w.name, s.name(), err))
				}
			}
		}
	}
	return errors.Join(failures...)
}

func (c *comparison) turn(ctx context.Context, round int, w workload, s system) error {
	run, err := measure(ctx, s, w)
	if err != nil {
		fmt.Fprintf(c.progress, "%d/%d %-10s %-31s %v\n", round+1, c.runs, w.name, s.name(), err)
		return err
	}
	c.report.Runs = append(c.report.Runs, run)
	fmt.Fprintf(c.progress, "%d/%d %-10s %-31s accepted %5.0f/s  delivered %5.0f/s  %.2f CPU-s per 1,000  p99 %.0f ms  %.0f MiB\n",
		round+1, c.runs, w.name, s.name(), run.Accepted, run.Delivered, run.CPU, run.P99, run.MemoryMiB)
	return nil
}

func (c *comparison) finish() {
	c.report.Ended = time.Now()
	peers := map[string]bool{}
	for _, s := range c.systems {
		peers[s.name()] = s.peer()
	}
	c.report.Summaries = report.Summarize(c.report.Runs)
	c.report.Ratios = report.Ratios(c.report.Summaries, func(system string) bool { return peers[system] })
	c.report.Goals = goals(c.report.Summaries)
}

// versions asks the package manager and the program.
func versions(ctx context.Context, systems []system) map[string]string {
	all := map[string]string{}
	for _, s := range systems {
		if p, ours := s.(*productSystem); ours {
			if out, err := exec.CommandContext(ctx, p.binary, "version").Output(); err == nil { //nolint:gosec // the binary that we measure
				all["smtpserver"] = strings.TrimSpace(string(out))
			}
			continue
		}
		for _, name := range strings.Split(s.name(), "+") {
			out, err := exec.CommandContext(ctx, "apt-cache", "show", "--no-all-versions", name).Output() //nolint:gosec // names of ours
			if err != nil {
				continue // a peer of a machine without apt says so itself
			}
			for line := range strings.Lines(string(out)) {
				if version, found := strings.CutPrefix(line, "Version: "); found {
					all[name] = "Debian package " + strings.TrimSpace(version)
				}
			}
		}
	}
	return all
}
