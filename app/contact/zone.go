package contact

import (
	"strings"
	"sync"
	"time"
)

// zoneNames remembers which names of time zones exist: a file has few, and millions of rows.
type zoneNames struct {
	mu   sync.Mutex
	seen map[string]bool
}

var zones = zoneNames{seen: map[string]bool{}}

const mostZones = 2000 // there are about 600; the rest are mistakes

func (z *zoneNames) known(name string) bool {
	z.mu.Lock()
	defer z.mu.Unlock()
	if ok, seen := z.seen[name]; seen {
		return ok
	}
	ok := len(name) < 64 && !strings.EqualFold(name, "local")
	if ok {
		_, err := time.LoadLocation(name)
		ok = err == nil
	}
	if len(z.seen) < mostZones {
		z.seen[name] = ok
	}
	return ok
}
