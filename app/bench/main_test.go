package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smtpserver/app/bench/sink"
)

func TestBadArgumentsAreRefused(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"nothing":                     `no command "nothing"`,
		"deliver -runs 0":             "-runs must be at least 1",
		"deliver -scale -5":           "-scale -5",
		"deliver -systems exim":       `"exim" is not`,
		"deliver -temp /dev/shm":      "in memory",
		"load -addr 127.0.0.1:1":      "needs a number of messages or a duration",
		"sink -addr 127.0.0.1:0=soon": "soon",
	} {
		err := run(t.Context(), strings.Fields(args), io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", args, err, want)
		}
	}
}

func TestLoadCommand(t *testing.T) {
	t.Parallel()
	s, err := sink.Start(sink.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	ledger := filepath.Join(t.TempDir(), "ledger")
	var out bytes.Buffer
	args := []string{"load", "-addr", s.Addr(0), "-tls", "none", "-messages", "10", "-ledger", ledger, "-sync"}
	if err := run(t.Context(), args, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	lines, err := os.ReadFile(ledger)
	if err != nil || bytes.Count(lines, []byte("\n")) != 10 || !strings.Contains(out.String(), `"Accepted": 10`) || s.Counts().Messages != 10 {
		t.Errorf("%v, ledger %q, output %s", err, lines, out.String())
	}
}

func TestSinkCommandEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out bytes.Buffer
	if err := run(ctx, []string{"sink", "-addr", "127.0.0.1:0,127.0.0.2:0=1s", "-starttls"}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	if strings.Count(out.String(), "listening on") != 2 {
		t.Errorf("output %s", out.String())
	}
}
