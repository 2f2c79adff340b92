package load_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"smtpserver/app/bench/load"
)

func TestPercentiles(t *testing.T) {
	t.Parallel()
	count := func(n int) []time.Duration { // n, n-1 … 1
		all := make([]time.Duration, n)
		for i := range all {
			all[i] = time.Duration(n - i)
		}
		return all
	}
	for _, tc := range []struct {
		n    int
		want load.Latency
	}{
		{0, load.Latency{}},
		{1, load.Latency{P50: 1, P95: 1, P99: 1, Max: 1}},
		{2, load.Latency{P50: 1, P95: 2, P99: 2, Max: 2}},
		{100, load.Latency{P50: 50, P95: 95, P99: 99, Max: 100}},
		{101, load.Latency{P50: 51, P95: 96, P99: 100, Max: 101}},
		{1000, load.Latency{P50: 500, P95: 950, P99: 990, Max: 1000}},
	} {
		if got := load.Percentiles(count(tc.n)); got != tc.want {
			t.Errorf("1…%d: %+v, want %+v", tc.n, got, tc.want)
		}
	}
}

func TestReadLedgerIgnoresTheLineOfAKilledClient(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("a-1\t1\t250\t2\t1\thash\t2.0.0 queued as x\na-2\t3\t0")
	all, err := load.ReadLedger(path)
	if err != nil || len(all) != 1 || all[0].ID != "a-1" || all[0].Text != "2.0.0 queued as x" {
		t.Errorf("%+v, %v", all, err)
	}
	write("a-1\t1\ttwo\t2\t1\thash\t\n")
	if _, err := load.ReadLedger(path); err == nil {
		t.Error("a damaged line went unnoticed")
	}
}
