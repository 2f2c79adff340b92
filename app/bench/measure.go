package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"smtpserver/app/bench/load"
	"smtpserver/app/bench/proc"
	"smtpserver/app/bench/report"
	"smtpserver/app/bench/sink"
	"smtpserver/app/testkit/fakedns"
)

const (
	runTimeout   = 5 * time.Minute // for one run, far above what the slowest needs
	memoryPeriod = 3 * time.Second
)

// measure starts a system, warms it up, puts it under the workload and waits
// until the sink has everything.
func measure(ctx context.Context, s system, w workload) (_ report.Run, err error) {
	ctx, cancel := context.WithTimeout(ctx, runTimeout)
	defer cancel()
	far, err := w.far()
	if err != nil {
		return report.Run{}, err
	}
	next := nextHop{relay: far.Addr(0), waiting: w.waiting}
	if w.domains > 0 {
		dns, err := fakedns.Start("127.0.0.1:0")
		if err != nil {
			return report.Run{}, errors.Join(err, far.Close())
		}
		defer dns.Close()
		if err := dns.Set(w.zone()); err != nil {
			return report.Run{}, errors.Join(err, far.Close())
		}
		next.dns = dns.Addr()
	}
	server, err := s.start(ctx, next)
	if err != nil {
		return report.Run{}, errors.Join(err, far.Close())
	}
	// The next hop ends first, so that nothing waits for its answers.
	defer func() { err = errors.Join(err, far.Close(), server.stop()) }()
	if _, _, err := drive(ctx, server, w.warmUp(), far); err != nil {
		return report.Run{}, fmt.Errorf("warming up: %w%s", err, server.log())
	}
	stop := proc.Watch(server.roots(), memoryPeriod)
	before := proc.CPU(server.roots())
	result, arrived, err := drive(ctx, server, w, far)
	used := proc.CPU(server.roots()) - before
	peak := stop()
	if err != nil {
		return report.Run{}, fmt.Errorf("%w%s", err, server.log())
	}
	return summary(s, w, result, arrived, used, peak), nil
}

// drive runs one load to the end of its last delivery.
func drive(ctx context.Context, server running, w workload, far *sink.Server) (*load.Result, time.Time, error) {
	before := far.Counts()
	result, err := load.Run(ctx, w.load(server.target()))
	if err != nil {
		return nil, time.Time{}, err
	}
	if result.Accepted == 0 {
		return nil, time.Time{}, fmt.Errorf("nothing was accepted: %v %v", result.Refused, result.Broken)
	}
	if w.stalled {
		return result, time.Time{}, nil
	}
	arrived, err := far.Wait(ctx, before.Messages+int64(w.arriving(result.Accepted)))
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("the sink has %d of %d messages: %w",
			far.Counts().Sub(before).Messages, result.Accepted, err)
	}
	return result, arrived, nil
}

func summary(s system, w workload, result *load.Result, arrived time.Time, used time.Duration, peak int64) report.Run {
	run := report.Run{
		Workload: w.name, System: s.name(), Messages: result.Accepted,
		Accepted:  result.PerSecond(),
		CPU:       used.Seconds() * 1000 / float64(result.Accepted),
		MemoryMiB: float64(peak) / (1 << 20),
		P50:       milliseconds(result.Latency.P50), P95: milliseconds(result.Latency.P95),
		P99: milliseconds(result.Latency.P99), Max: milliseconds(result.Latency.Max),
		Failures: map[string]int{},
	}
	if !w.stalled {
		run.Delivered = float64(w.arriving(result.Accepted)) / arrived.Sub(result.Start).Seconds()
	}
	maps.Copy(run.Failures, result.Refused)
	for stage, n := range result.Broken {
		run.Failures[stage+" broken"] = n
	}
	return run
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
