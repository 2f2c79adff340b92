package mjml

import (
	"time"

	"golang.org/x/sys/unix"
)

// threadTime returns a clock of the processor time that the calling thread spends, which
// others may read.
func threadTime() func() time.Duration {
	// CPUCLOCK_SCHED | CPUCLOCK_PERTHREAD_MASK of the thread: Linux, include/linux/posix-timers.h.
	id := int32(^unix.Gettid()<<3 | 6)
	return func() time.Duration {
		var spent unix.Timespec
		if err := unix.ClockGettime(id, &spent); err != nil {
			return 0 // its wall clock ends it
		}
		return time.Duration(spent.Nano())
	}
}
