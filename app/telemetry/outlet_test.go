package telemetry

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
)

// F-24: a log that nobody reads holds up nobody, and says later what is missing.
func TestF24LogIsNotRead(t *testing.T) {
	t.Parallel()
	read, write := io.Pipe() // a write waits for its reader
	o := NewOutlet(write)
	for i := range 3 * heldLines {
		if _, err := fmt.Fprintf(o, "line %d\n", i); err != nil {
			t.Fatal(err)
		}
	}
	var seen bytes.Buffer
	done := make(chan error)
	go func() { _, err := seen.ReadFrom(read); done <- err }()
	o.Close()
	if err := write.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(seen.String(), "line 0\n") || !strings.Contains(seen.String(), " log lines were dropped") {
		t.Errorf("the log begins with %.80q", seen.String())
	}
}
