package report

import (
	"cmp"
	"slices"
)

// Run is one measurement of one system under one workload.
type Run struct {
	Workload, System string
	Messages         int
	Accepted         float64 // messages per second until the last 250
	Delivered        float64 // messages per second until the sink had the last
	CPU              float64 // seconds per 1,000 messages
	MemoryMiB        float64 // peak
	P50, P95, P99    float64 // milliseconds from the final dot to its answer
	Max              float64
	Failures         map[string]int `json:",omitempty"` // refusals and broken connections
}

// Summary is the median of a system's runs, each figure by itself.
type Summary struct {
	Run

	Runs                       int
	AcceptedLeast, AcceptedTop float64 // the spread says what a ratio is worth
	DeliveredLeast             float64
	DeliveredTop               float64
}

// Median of values: the middle one, or the mean of the two in the middle.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// Summarize groups runs by workload and system, in the order of their first run.
func Summarize(runs []Run) []Summary {
	var order [][2]string
	groups := map[[2]string][]Run{}
	for _, r := range runs {
		key := [2]string{r.Workload, r.System}
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], r)
	}
	all := make([]Summary, 0, len(order))
	for _, key := range order {
		all = append(all, summarize(groups[key]))
	}
	// Rounds go through all workloads; a reader wants each workload together.
	place := map[string]int{}
	for i, s := range all {
		if _, known := place[s.Workload]; !known {
			place[s.Workload] = i
		}
	}
	slices.SortStableFunc(all, func(a, b Summary) int { return cmp.Compare(place[a.Workload], place[b.Workload]) })
	return all
}

func summarize(runs []Run) Summary {
	s := Summary{Run: runs[0], Runs: len(runs)}
	s.Failures = map[string]int{}
	for _, r := range runs {
		for what, n := range r.Failures {
			s.Failures[what] += n
		}
	}
	figure := func(of func(*Run) *float64) []float64 {
		values := make([]float64, len(runs))
		for i := range runs {
			values[i] = *of(&runs[i])
		}
		*of(&s.Run) = Median(values)
		return values
	}
	accepted := figure(func(r *Run) *float64 { return &r.Accepted })
	delivered := figure(func(r *Run) *float64 { return &r.Delivered })
	s.AcceptedLeast, s.AcceptedTop = slices.Min(accepted), slices.Max(accepted)
	s.DeliveredLeast, s.DeliveredTop = slices.Min(delivered), slices.Max(delivered)
	for _, of := range []func(*Run) *float64{
		func(r *Run) *float64 { return &r.CPU }, func(r *Run) *float64 { return &r.MemoryMiB },
		func(r *Run) *float64 { return &r.P50 }, func(r *Run) *float64 { return &r.P95 },
		func(r *Run) *float64 { return &r.P99 }, func(r *Run) *float64 { return &r.Max },
	} {
		figure(of)
	}
	return s
}

// Ratio compares a system of ours with a peer under the same workload.
type Ratio struct {
	Workload, System, Peer           string
	Accepted, Delivered, CPU, P99, M float64 // M is memory
}

// Ratios divides each of ours by each peer; isPeer tells them apart.
func Ratios(all []Summary, isPeer func(system string) bool) []Ratio {
	var ratios []Ratio
	for _, our := range all {
		for _, peer := range all {
			if isPeer(our.System) || !isPeer(peer.System) || our.Workload != peer.Workload {
				continue
			}
			ratios = append(ratios, Ratio{
				our.Workload, our.System, peer.System, over(our.Accepted, peer.Accepted), over(our.Delivered, peer.Delivered),
				over(our.CPU, peer.CPU), over(our.P99, peer.P99), over(our.MemoryMiB, peer.MemoryMiB),
			})
		}
	}
	return ratios
}

func over(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return a / b
}
