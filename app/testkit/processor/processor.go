// Package processor measures what a call costs the processor: unlike the clock, it does not
// count what else runs on the machine.
package processor

import (
	"runtime"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Time is the processor time, user and system, that do spends on its own goroutine.
func Time(t testing.TB, do func()) time.Duration {
	t.Helper()
	runtime.LockOSThread() // or the goroutine goes on at another thread
	defer runtime.UnlockOSThread()
	began := spent(t)
	do()
	return spent(t) - began
}

func spent(t testing.TB) time.Duration {
	t.Helper()
	var use unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_THREAD, &use); err != nil {
		t.Fatal(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}
