// Package disk tells when the disk is too full to take more mail: 452 before nothing
// can be written any more, and by itself again once there is room (F-23).
package disk

import (
	"fmt"
	"sync"
	"time"

	"smtpserver/app/clock"
)

// lookEvery bounds how old an answer may be: at 100 MB/s of mail far less than Least.
const lookEvery = 2 * time.Second

// Guard watches the file system of a folder. Safe for concurrent use.
type Guard struct {
	Free  func() (octets uint64, err error) // see FreeIn
	Least uint64                            // octets that stay free
	Clock clock.Clock

	mu   sync.Mutex
	at   time.Time
	full bool
	err  error
}

// Full reports whether less than Least is free. An error means that nobody knows;
// then it is as it was.
func (g *Guard) Full() (bool, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.Clock.Now()
	if age := now.Sub(g.at); !g.at.IsZero() && age >= 0 && age < lookEvery {
		return g.full, g.err
	}
	free, err := g.Free()
	g.at, g.err = now, err
	if err != nil {
		g.err = fmt.Errorf("disk: %w", err)
		return g.full, g.err
	}
	// A little more than was missed must be free again, so that it does not flutter.
	if g.full {
		g.full = free < g.Least+g.Least/4
	} else {
		g.full = free < g.Least
	}
	return g.full, nil
}
