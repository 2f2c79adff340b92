package postfix_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"smtpserver/app/bench/load"
	"smtpserver/app/bench/postfix"
	"smtpserver/app/bench/proc"
	"smtpserver/app/bench/sink"
)

// TestPostfixRelays sends a few messages through the real thing, with and without
// OpenDKIM. Packages stay in the cache of the repository.
func TestPostfixRelays(t *testing.T) {
	for name, sign := range map[string]bool{"plain": false, "signed": true} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
			defer cancel()
			s, err := sink.Start(sink.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			p, err := postfix.Start(ctx, postfix.Options{Relay: s.Addr(0), Sign: sign, From: "bench.example", Cache: "../../../.cache/bench/packages"})
			if errors.Is(err, postfix.ErrUnavailable) {
				t.Skip(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := p.Stop(); err != nil {
					t.Error(err)
				}
			}()
			c := load.Config{Addr: p.Addr(), TLS: load.StartTLS, Connections: 4, Messages: 20, Size: 4096, MaxFailures: 3}
			c.Username, c.Password = p.Credentials()
			r, err := load.Run(ctx, c)
			if err != nil || r.Accepted != 20 {
				t.Fatalf("error %v, result %+v\n%s", err, r, p.Log())
			}
			if _, err := s.Wait(ctx, 20); err != nil {
				t.Fatalf("delivered %d of 20: %v\n%s", s.Counts().Messages, err, p.Log())
			}
			perMessage := s.Counts().Octets / 20
			if signed := perMessage > 4096+500; signed != sign {
				t.Errorf("%d octets per message at the sink, signed should be %v", perMessage, sign)
			}
			// A process's time counts in whole ticks: many small ones need more than twenty messages to show one.
			for rounds := 0; proc.CPU(p.Roots()) <= 0 && rounds < 20; rounds++ {
				if r, err := load.Run(ctx, c); err != nil || r.Accepted != 20 {
					t.Fatalf("error %v, result %+v\n%s", err, r, p.Log())
				}
			}
			if proc.CPU(p.Roots()) <= 0 || proc.Memory(p.Roots()) <= 0 {
				t.Error("no cost was measured")
			}
			c.Password = "wrong"
			if r, _ := load.Run(ctx, c); r.Accepted != 0 || r.Refused["connect 535"] == 0 {
				t.Errorf("with a wrong password: %+v", r)
			}
		})
	}
}
