package load_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"smtpserver/app/bench/load"
	"smtpserver/app/bench/sink"
	"smtpserver/app/bench/throwaway"
)

func start(t *testing.T, o sink.Options) *sink.Server {
	t.Helper()
	s, err := sink.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestEverythingSentIsTaken(t *testing.T) {
	t.Parallel()
	certificate, err := throwaway.TLS()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]load.Config{
		"clear":         {Connections: 4, Messages: 200, Size: 2048},
		"starttls":      {Connections: 4, Messages: 200, Size: 2048, TLS: load.StartTLS},
		"reconnect":     {Connections: 4, Messages: 40, Reconnect: true, TLS: load.StartTLS},
		"recipients":    {Connections: 3, Messages: 50, Recipients: 5, Domains: load.Targets(3)},
		"no pipelining": {Connections: 3, Messages: 50, Recipients: 5, NoPipelining: true},
		"large":         {Connections: 2, Messages: 4, Size: 1 << 20},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, sink.Options{TLS: certificate})
			c.Addr = s.Addr(0)
			r, err := load.Run(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			got := s.Counts()
			recipients := c.Messages * max(c.Recipients, 1)
			if r.Accepted != c.Messages || int(got.Messages) != c.Messages || r.Recipients != recipients || int(got.Recipients) != recipients {
				t.Errorf("accepted %d (%d recipients), taken %+v, want %d (%d)", r.Accepted, r.Recipients, got, c.Messages, recipients)
			}
			if len(r.Refused)+len(r.Broken) != 0 || r.PerSecond() <= 0 || r.Latency.Max < r.Latency.P50 || r.Latency.P50 <= 0 {
				t.Errorf("result %+v", r)
			}
			if size := got.Octets / got.Messages; c.Size > 0 && (size < int64(c.Size) || size > int64(c.Size)+10) {
				t.Errorf("%d octets per message, want %d", size, c.Size)
			}
			// A connection may find that the others have sent everything.
			least, most := 1, c.Connections
			if c.Reconnect {
				least, most = c.Messages, c.Messages+c.Connections
			}
			if r.Connects < least || r.Connects > most {
				t.Errorf("%d connections, want %d to %d", r.Connects, least, most)
			}
		})
	}
}

func TestLedgerMatchesRecord(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ledger, err := load.OpenLedger(filepath.Join(dir, "ledger"), true)
	if err != nil {
		t.Fatal(err)
	}
	record, err := sink.OpenRecord(filepath.Join(dir, "record"))
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, sink.Options{Record: record})
	_, err = load.Run(t.Context(), load.Config{Addr: s.Addr(0), Connections: 5, Messages: 100, Recipients: 2, Ledger: ledger, RunID: "run"})
	if err := errors.Join(err, ledger.Close(), record.Close()); err != nil {
		t.Fatal(err)
	}
	promised, err := load.ReadLedger(filepath.Join(dir, "ledger"))
	if err != nil {
		t.Fatal(err)
	}
	taken, err := sink.ReadRecord(filepath.Join(dir, "record"))
	if err != nil {
		t.Fatal(err)
	}
	copies := map[string]int{}
	for _, m := range taken {
		copies[m.ID] += len(m.Recipients)
	}
	if len(promised) != 100 || len(copies) != 100 {
		t.Fatalf("%d entries and %d different messages, want 100", len(promised), len(copies))
	}
	for _, e := range promised {
		if e.Code != 250 || e.Recipients != 2 || copies[e.ID] != 2 || len(e.Hash) != 64 || e.End.Before(e.Start) || e.Text != "2.0.0 Ok" {
			t.Errorf("entry %+v, %d copies", e, copies[e.ID])
		}
	}
}

func TestDurationAndRateBoundALoad(t *testing.T) {
	t.Parallel()
	s := start(t, sink.Options{})
	r, err := load.Run(t.Context(), load.Config{Addr: s.Addr(0), Connections: 4, Duration: 300 * time.Millisecond, Rate: 200})
	if err != nil {
		t.Fatal(err)
	}
	if r.Accepted < 10 || r.Accepted > 61 {
		t.Errorf("accepted %d in 0.3 s at 200 per second", r.Accepted)
	}
}

func TestUnreachableServerEndsALoad(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := load.Run(t.Context(), load.Config{Addr: addr, Connections: 2, Messages: 10, MaxFailures: 3})
	if err == nil || r.Attempted != 0 || r.Broken["connect"] != 6 {
		t.Errorf("error %v, result %+v", err, r)
	}
	// Without that limit, the duration ends it: a fault test's server is down for a while.
	if r, err = load.Run(t.Context(), load.Config{Addr: addr, Duration: 50 * time.Millisecond}); err != nil || r.Broken["connect"] == 0 {
		t.Errorf("error %v, result %+v", err, r)
	}
}

func TestCancelDoesNotWaitForAnswers(t *testing.T) {
	t.Parallel()
	s := start(t, sink.Options{Listeners: []sink.Listener{{Addr: "127.0.0.1:0", Delay: time.Hour}}})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	began := time.Now()
	if _, err := load.Run(ctx, load.Config{Addr: s.Addr(0), Messages: 1}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}

// TestRefusals drives the generator with a scripted server.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, want string
		answers    []string
		config     load.Config
		accepted   int
	}{
		{"content refused", "dot 452", []string{"250 a\r\n250 b\r\n354 c\r\n", "452 4.3.1 full\r\n", "250 reset\r\n", "250 a\r\n250 b\r\n354 c\r\n", "250 2.0.0 Ok\r\n"}, load.Config{Messages: 2}, 1},
		{"only recipient refused", "rcpt 550", []string{"250 a\r\n550 5.1.1 no\r\n503 no\r\n", "250 reset\r\n"}, load.Config{Messages: 1}, 0},
		{"one of two refused", "rcpt 450", []string{"250 a\r\n450 later\r\n250 b\r\n354 c\r\n", "250 2.0.0 Ok\r\n"}, load.Config{Messages: 1, Recipients: 2}, 1},
		{"refused but 354", "rcpt 550", []string{"250 a\r\n550 no\r\n354 c\r\n", "554 no recipients\r\n", "250 reset\r\n"}, load.Config{Messages: 1}, 0},
		{"sender refused", "mail 452", []string{"452 a\r\n503 b\r\n503 c\r\n", "250 reset\r\n"}, load.Config{Messages: 1}, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			tc.config.Addr = script(t, tc.answers)
			r, err := load.Run(t.Context(), tc.config)
			if err != nil || r.Refused[tc.want] != 1 || r.Accepted != tc.accepted || len(r.Broken) != 0 {
				t.Errorf("error %v, result %+v", err, r)
			}
		})
	}
}

// script serves one connection: a greeting, then one answer to each write of the client.
func script(t *testing.T, answers []string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		input := make([]byte, 64<<10)
		for _, answer := range append([]string{"220 hi\r\n", "250-hi\r\n250 PIPELINING\r\n"}, answers...) {
			if _, err := io.WriteString(conn, answer); err != nil {
				return
			}
			if _, err := conn.Read(input); err != nil {
				return
			}
		}
	}()
	return listener.Addr().String()
}

// TestBodiesAreTheSameEveryTime reads a message off the wire and checks its hash.
func TestBodiesAreTheSameEveryTime(t *testing.T) {
	t.Parallel()
	seen := make([]string, 2)
	for i := range seen {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		got := make(chan string, 1)
		go func() {
			conn, err := listener.Accept()
			if err != nil {
				got <- ""
				return
			}
			_, _ = io.WriteString(conn, "220 hi\r\n250 PIPELINING\r\n250 a\r\n250 b\r\n354 c\r\n250 d\r\n") // a pipelining server ahead of its time
			all, _ := io.ReadAll(conn)
			got <- string(all)
		}()
		if _, err := load.Run(t.Context(), load.Config{Addr: listener.Addr().String(), Messages: 1, Size: 4000}); err != nil {
			t.Fatal(err)
		}
		_, content, _ := strings.Cut(<-got, "DATA\r\n")
		header, body, _ := strings.Cut(content, "\r\n\r\n")
		body, _, _ = strings.Cut(body, ".\r\nQUIT")
		sum := sha256.Sum256([]byte(body))
		if !strings.Contains(header, "X-Body-Sha256: "+hex.EncodeToString(sum[:])) {
			t.Errorf("hash of the body is not in %q", header)
		}
		seen[i] = body
		_ = listener.Close()
	}
	if seen[0] != seen[1] || len(seen[0]) < 3000 || bytes.ContainsAny([]byte(seen[0]), "\x00") {
		t.Error("bodies differ between runs")
	}
}
