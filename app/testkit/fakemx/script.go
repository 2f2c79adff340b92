package fakemx

import (
	"strings"
	"sync"
	"time"
)

// Phase is where in a session the script is asked.
type Phase string

// The phases.
const (
	Connect   Phase = "CONNECT"
	Ehlo      Phase = "EHLO"
	StartTLS  Phase = "STARTTLS"
	Handshake Phase = "HANDSHAKE" // after 220; a Reply is sent instead of a handshake
	Auth      Phase = "AUTH"
	Mail      Phase = "MAIL"
	Rcpt      Phase = "RCPT"
	Data      Phase = "DATA"
	Content   Phase = "CONTENT" // the first line of content is there; a Reply interrupts it and ends the session
	Dot       Phase = "DOT"
	Rset      Phase = "RSET"
)

// Action is what the script wants. The zero Action means: as a willing server would.
type Action struct {
	Reply string        // wire form without the last CRLF, e.g. "550 5.1.1 no"
	Raw   string        // octets to send instead of a reply, exactly so; judged by its first digit
	Delay time.Duration // before the reply
	Drip  time.Duration // between the octets of the reply (a tarpit)
	Drop  bool          // close without a reply
	Reset bool          // the same by a TCP reset
	Close bool          // close after the reply
	// Record keeps a message at Dot although the client is not told so (F-12).
	Record bool
}

func (a Action) text(usual string) string {
	switch {
	case a.Raw != "":
		return a.Raw
	case a.Reply != "":
		return a.Reply + "\r\n"
	case usual == "":
		return ""
	}
	return usual + "\r\n"
}

// Script decides what happens; arg is the command line, or the content at Dot.
type Script func(phase Phase, arg string) Action

// At returns a script that acts at one phase and is willing at the others.
func At(phase Phase, a Action) Script {
	return func(p Phase, _ string) Action {
		if p == phase {
			return a
		}
		return Action{}
	}
}

// Once returns a script that does what f says until f first acts, and then nothing more.
func Once(f Script) Script {
	var mu sync.Mutex
	done := false
	return func(p Phase, arg string) Action {
		mu.Lock()
		defer mu.Unlock()
		if done {
			return Action{}
		}
		a := f(p, arg)
		done = a != Action{}
		return a
	}
}

// greylist refuses each (peer, sender, recipient) for a while after its first try.
type greylist struct {
	mu    sync.Mutex
	first map[string]time.Time
}

func (g *greylist) refuses(wait time.Duration, now time.Time, triplet ...string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.first == nil {
		g.first = map[string]time.Time{}
	}
	key := strings.ToLower(strings.Join(triplet, "\n"))
	at, known := g.first[key]
	if !known {
		g.first[key] = now
		return true
	}
	return now.Sub(at) < wait
}
