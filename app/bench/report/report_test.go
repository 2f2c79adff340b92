package report_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smtpserver/app/bench/report"
)

func TestMedian(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		values []float64
		want   float64
	}{{nil, 0}, {[]float64{3}, 3}, {[]float64{9, 1, 5}, 5}, {[]float64{4, 1, 3, 2}, 2.5}} {
		if got := report.Median(tc.values); got != tc.want {
			t.Errorf("Median(%v) = %v, want %v", tc.values, got, tc.want)
		}
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	var runs []report.Run
	for _, accepted := range []float64{1000, 3000, 2000} { // rounds take turns
		runs = append(runs,
			report.Run{Workload: "steady", System: "ours", Accepted: accepted, Delivered: accepted / 2, CPU: 1, P99: 10},
			report.Run{Workload: "reconnect", System: "ours", Accepted: 7, Failures: map[string]int{"dot 452": 2}},
			report.Run{Workload: "steady", System: "peer", Accepted: 400, Delivered: 400, CPU: 4, P99: 40})
	}
	r := &report.Report{Runs: runs, Workloads: map[string]string{"steady": "kept open"}, Notes: []string{"not quiet"}}
	r.Summaries = report.Summarize(runs)
	r.Ratios = report.Ratios(r.Summaries, func(system string) bool { return system == "peer" })

	if len(r.Summaries) != 3 || r.Summaries[1].System != "peer" || r.Summaries[0].Accepted != 2000 ||
		r.Summaries[0].AcceptedLeast != 1000 || r.Summaries[0].AcceptedTop != 3000 || r.Summaries[2].Failures["dot 452"] != 6 {
		t.Errorf("summaries %+v", r.Summaries)
	}
	want := report.Ratio{Workload: "steady", System: "ours", Peer: "peer", Accepted: 5, Delivered: 2.5, CPU: 0.25, P99: 0.25}
	if len(r.Ratios) != 1 || r.Ratios[0] != want {
		t.Errorf("ratios %+v, want %+v", r.Ratios, want)
	}
	dir := filepath.Join(t.TempDir(), "new")
	if err := r.Write(dir); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	var back report.Report
	if err := json.Unmarshal(data, &back); err != nil || len(back.Runs) != len(runs) {
		t.Errorf("JSON: %v, %d runs", err, len(back.Runs))
	}
	for _, text := range []string{r.Text(), r.Markdown()} {
		for _, part := range []string{"steady: kept open", "1000–3000", "dot 452 ×6", "not quiet", "5.00"} {
			if !strings.Contains(text, part) {
				t.Errorf("%q is missing in\n%s", part, text)
			}
		}
	}
}
