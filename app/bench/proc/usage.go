package proc

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// ticksPerSecond of the times in /proc: USER_HZ, 100 on every Linux that Go runs on.
const ticksPerSecond = 100

// tree lists the roots and all that descend from them.
func tree(roots []int) []int {
	all := append([]int(nil), roots...)
	for i := 0; i < len(all); i++ {
		tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", all[i]))
		if err != nil {
			continue // gone meanwhile
		}
		for _, task := range tasks { // any thread may have forked
			data, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/children", all[i], task.Name()))
			if err != nil {
				continue
			}
			for _, field := range strings.Fields(string(data)) {
				if child, err := strconv.Atoi(field); err == nil {
					all = append(all, child)
				}
			}
		}
	}
	return all
}

// CPU is the processor time, user and system, that the trees have used so far,
// children that ended and were waited for included.
func CPU(roots []int) time.Duration {
	var ticks int64
	for _, pid := range tree(roots) {
		data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			continue // gone: its parent has its time
		}
		// The name in parentheses may hold anything; utime stime cutime cstime are the 12th to 15th after it.
		fields := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
		for _, field := range fields[11:15] {
			n, err := strconv.ParseInt(field, 10, 64)
			if err == nil {
				ticks += n
			}
		}
	}
	return time.Duration(ticks) * time.Second / ticksPerSecond
}

// Memory is the peak of the trees' resident memory in octets, as far as their
// present processes know it. What processes share is counted once: adding up
// resident sizes would be unfair to servers of many processes.
func Memory(roots []int) int64 {
	var sum int64
	for _, pid := range tree(roots) {
		rollup, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
		if err != nil {
			continue // gone meanwhile
		}
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil {
			continue
		}
		// Its share now, and by how much it was larger at its own peak.
		sum += kibibytes(rollup, "\nPss:") + kibibytes(status, "\nVmHWM:") - kibibytes(status, "\nVmRSS:")
	}
	return sum
}

// kibibytes reads the field that name begins, in octets.
func kibibytes(data []byte, name string) int64 {
	_, rest, _ := strings.Cut(string(data), name)
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	n, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil {
		return 0
	}
	return n << 10
}

// Watch samples memory until the returned function is called, which gives the
// peak. Each look costs the servers time, so they should be seconds apart: they
// are for processes that end meanwhile.
func Watch(roots []int, every time.Duration) (stop func() int64) {
	var peak int64
	quit := make(chan struct{})
	var group sync.WaitGroup
	group.Go(func() {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			peak = max(peak, Memory(roots))
			select {
			case <-quit:
				peak = max(peak, Memory(roots))
				return
			case <-ticker.C:
			}
		}
	})
	return func() int64 {
		close(quit)
		group.Wait()
		return peak
	}
}
