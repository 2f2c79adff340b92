package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Report is everything that a benchmark found out.
type Report struct {
	Began, Ended time.Time
	Machine      Machine
	Versions     map[string]string // of the servers
	Workloads    map[string]string // what each name means
	Limits       []Limit           // of the machine
	Runs         []Run
	Summaries    []Summary
	Ratios       []Ratio
	Goals        []Goal
	Notes        []string // what was not measured, and why
}

// Limit is what the machine itself allows.
type Limit struct {
	Name  string
	Value float64
	Unit  string
}

// table is a heading and rows, for both kinds of text.
type table struct {
	title string
	rows  [][]string
}

func (r *Report) tables() []table {
	facts := table{"Machine", [][]string{{"fact", "value"}}}
	m := r.Machine
	facts.rows = append(facts.rows, [][]string{
		{"processor", fmt.Sprintf("%s, %d cores", m.Processor, m.Cores)}, {"memory", fmt.Sprintf("%d MiB", m.MemoryMiB)},
		{"system", m.System + ", Linux " + m.Kernel}, {"file system", m.Filesystem}, {"Go", m.Go}, {"commit", m.Commit},
		{"load before", m.LoadBefore}, {"took", r.Ended.Sub(r.Began).Round(time.Second).String()},
	}...)
	for _, name := range slices.Sorted(maps.Keys(r.Versions)) {
		facts.rows = append(facts.rows, []string{name, r.Versions[name]})
	}
	all := []table{facts}
	if len(r.Limits) > 0 {
		limits := table{"What the machine allows", [][]string{{"limit", "value", "unit"}}}
		for _, l := range r.Limits {
			limits.rows = append(limits.rows, []string{l.Name, number(l.Value), l.Unit})
		}
		all = append(all, limits)
	}
	return append(append(append(all, r.results()...), r.ratios()...), r.goals()...)
}

func (r *Report) results() []table {
	var all []table
	for _, s := range r.Summaries {
		if len(all) == 0 || all[len(all)-1].title != r.title(s.Workload) {
			all = append(all, table{r.title(s.Workload), [][]string{{
				"system", "runs", "accepted/s", "(range)", "delivered/s", "(range)", "CPU-s/1,000", "p50 ms", "p95 ms", "p99 ms", "max ms", "peak MiB", "failures",
			}}})
		}
		t := &all[len(all)-1]
		t.rows = append(t.rows, []string{
			s.System, fmt.Sprint(s.Runs), number(s.Accepted), number(s.AcceptedLeast) + "–" + number(s.AcceptedTop),
			number(s.Delivered), number(s.DeliveredLeast) + "–" + number(s.DeliveredTop), number(s.CPU),
			number(s.P50), number(s.P95), number(s.P99), number(s.Max), number(s.MemoryMiB), failures(s.Failures),
		})
	}
	return all
}

func (r *Report) title(workload string) string { return workload + ": " + r.Workloads[workload] }

func (r *Report) ratios() []table {
	if len(r.Ratios) == 0 {
		return nil
	}
	t := table{"Ratios, ours ÷ peer", [][]string{{"workload", "system", "peer", "accepted", "delivered", "CPU", "p99", "memory"}}}
	for _, q := range r.Ratios {
		t.rows = append(t.rows, []string{q.Workload, q.System, q.Peer, number(q.Accepted), number(q.Delivered), number(q.CPU), number(q.P99), number(q.M)})
	}
	return []table{t}
}

func (r *Report) goals() []table {
	if len(r.Goals) == 0 {
		return nil
	}
	t := table{"Goals", [][]string{{"what", "system", "measured", "goal", "verdict"}}}
	for _, g := range r.Goals {
		verdict, sign := "missed", "≥"
		if g.Met() {
			verdict = "met"
		}
		if g.AtMost {
			sign = "≤"
		}
		t.rows = append(t.rows, []string{g.Name, g.System, number(g.Measured), sign + " " + number(g.Want), verdict})
	}
	return []table{t}
}

func failures(all map[string]int) string {
	if len(all) == 0 {
		return "0"
	}
	var parts []string
	for _, what := range slices.Sorted(maps.Keys(all)) {
		parts = append(parts, fmt.Sprintf("%s ×%d", what, all[what]))
	}
	return strings.Join(parts, ", ")
}

// number shows three figures or all before the point.
func number(v float64) string {
	switch {
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

// Text is for a terminal.
func (r *Report) Text() string {
	var b strings.Builder
	for _, t := range r.tables() {
		fmt.Fprintf(&b, "%s\n\n", t.title)
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		for _, row := range t.rows {
			fmt.Fprintln(w, "  "+strings.Join(row, "\t"))
		}
		_ = w.Flush() // to a string
		b.WriteString("\n")
	}
	for _, note := range r.Notes {
		fmt.Fprintf(&b, "Note: %s\n", note)
	}
	return b.String()
}

// Markdown is for documents.
func (r *Report) Markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Benchmark of %s\n\nMedians of the runs; systems took turns in each round.\n", r.Began.UTC().Format("2006-01-02 15:04 UTC"))
	for _, t := range r.tables() {
		fmt.Fprintf(&b, "\n## %s\n\n", t.title)
		for i, row := range t.rows {
			fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
			if i == 0 {
				fmt.Fprintf(&b, "|%s\n", strings.Repeat("---|", len(row)))
			}
		}
	}
	for _, note := range r.Notes {
		fmt.Fprintf(&b, "\n> %s\n", strings.ReplaceAll(note, "\n", "\n> "))
	}
	return b.String()
}

// Write puts report.txt, report.md and report.json into dir.
func (r *Report) Write(dir string) error {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	err = os.MkdirAll(dir, 0o750)
	for name, content := range map[string][]byte{"report.txt": []byte(r.Text()), "report.md": []byte(r.Markdown()), "report.json": append(data, '\n')} {
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, name), content, 0o600))
	}
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}
