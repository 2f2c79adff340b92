package load

import (
	"crypto/rand"
	"crypto/tls"
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// TLSMode says how a connection is secured.
type TLSMode string

// The three ways into a submission server.
const (
	Clear    TLSMode = "none"
	StartTLS TLSMode = "starttls"
	Implicit TLSMode = "implicit"
)

// Config describes a load. Fill in Addr and at least one bound: Messages or Duration.
type Config struct {
	Addr      string
	TLS       TLSMode     // empty means Clear
	TLSConfig *tls.Config // nil trusts any certificate: the servers are ours, on loopback
	Username  string      // empty means no AUTH; else AUTH PLAIN
	Password  string
	Hello     string // EHLO argument

	From       string   // envelope and header sender
	Domains    []string // recipient domains, used in turn
	Recipients int      // per message

	Connections  int
	Messages     int           // stop after so many; 0 means no limit
	Duration     time.Duration // start no message later than this; 0 means no limit
	Rate         float64       // messages per second over all connections; 0 means as fast as possible
	Size         int           // octets of a message, headers included
	Reconnect    bool          // a new connection, TLS and AUTH for every message
	NoPipelining bool          // one command at a time, even if the server takes more

	Timeout     time.Duration // for each answer
	MaxFailures int           // a connection gives up after so many failures to connect in a row; 0 means never
	RunID       string        // begins every X-Test-Id; made up when empty
	Ledger      *Ledger       // optional
}

const (
	defaultTimeout = 5 * time.Minute // RFC 5321 §4.5.3.2: less would count a slow answer as none
	minSize        = 512             // the headers alone need most of it
	maxFrom        = 254
)

// withDefaults returns a checked copy with every field filled in.
func (c Config) withDefaults() (Config, error) {
	fill := func(s *string, value string) {
		if *s == "" {
			*s = value
		}
	}
	fill(&c.Hello, "load.bench.example")
	fill(&c.From, "load@bench.example")
	if c.TLS == "" {
		c.TLS = Clear
	}
	if c.TLSConfig == nil {
		c.TLSConfig = &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12} //nolint:gosec // a load generator for servers that we started
	}
	if len(c.Domains) == 0 {
		c.Domains = []string{"d0.bench.example"}
	}
	c.Recipients = max(c.Recipients, 1)
	c.Connections = max(c.Connections, 1)
	c.Size = max(c.Size, minSize)
	if c.Timeout <= 0 {
		c.Timeout = defaultTimeout
	}
	if c.RunID == "" {
		var b [4]byte
		if _, err := rand.Read(b[:]); err != nil {
			return c, fmt.Errorf("load: %w", err)
		}
		c.RunID = hex.EncodeToString(b[:])
	}
	return c, c.check()
}

func (c Config) check() error {
	switch {
	case c.Addr == "":
		return errors.New("load: no address to send to")
	case c.Messages <= 0 && c.Duration <= 0:
		return errors.New("load: needs a number of messages or a duration, so that it stops by itself")
	case c.TLS != Clear && c.TLS != StartTLS && c.TLS != Implicit:
		return fmt.Errorf("load: TLS mode %q is not none, starttls or implicit", c.TLS)
	case len(c.From) > maxFrom:
		return errors.New("load: sender address is too long")
	case c.Rate < 0:
		return errors.New("load: rate is negative")
	}
	return nil
}

// Targets returns n recipient domains: d0.bench.example, d1.bench.example …
func Targets(n int) []string {
	all := make([]string, max(n, 1))
	for i := range all {
		all[i] = fmt.Sprintf("d%d.bench.example", i)
	}
	return all
}
