//go:build !linux

package mjml

import "time"

// threadTime is the clock on the wall where a thread's own is not known.
func threadTime() func() time.Duration {
	began := time.Now()
	return func() time.Duration { return time.Since(began) }
}
