package smtpclient

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestClean(t *testing.T) {
	t.Parallel()
	full := strings.Repeat("x", maxLine)
	for text, want := range map[string]bool{
		"": true, "\r\n": true, "a": true, "a\r\nb\r\n": true, full + "\r\n" + full: true,
		"\n": false, "\r": false, "\n\r": false, "a\r\r\n": false, "a\r\n\n": false, "\r\n\r": false, "a\x00": false, "\r\n.\n": false, "\r.\r\n": false,
		full + "y\r\n": false, full + "y": false, "a\r\n" + full + "y\r\nb": false,
	} {
		for cut := range min(len(text), 1200) + 1 {
			if got := clean([][]byte{[]byte(text[:cut]), nil, []byte(text[cut:])}); got != want {
				t.Errorf("%.20q cut at %d: %v", text, cut, got)
			}
		}
	}
}

// FuzzOctets compares with plain rules: what clean lets through has CRLF lines only,
// and unstuffing what was stuffed gives it back.
func FuzzOctets(f *testing.F) {
	f.Add("a: b\r\n\r\n.dot\r\n", 3)
	f.Add("a\r.\r\nb", 2)
	f.Fuzz(func(t *testing.T, text string, cut int) {
		cut = min(max(cut, 0), len(text))
		pieces := [][]byte{[]byte(text[:cut]), []byte(text[cut:])}
		rest := strings.ReplaceAll(text, "\r\n", "")
		long := slices.ContainsFunc(strings.Split(text, "\r\n"), func(line string) bool { return len(line) > maxLine })
		if want := !strings.ContainsAny(rest, "\r\n\x00") && !long; clean(pieces) != want {
			t.Fatalf("clean(%q, %q) = %v", pieces[0], pieces[1], !want)
		} else if !want {
			return
		}
		var wire bytes.Buffer
		w := bufio.NewWriterSize(&wire, 16)
		if err := writeStuffed(w, pieces); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		if strings.Contains("\r\n"+wire.String(), "\r\n.\r\n") {
			t.Fatalf("%q holds an end of content", wire.String())
		}
		var back strings.Builder
		for line := range strings.SplitAfterSeq(wire.String(), "\r\n") {
			back.WriteString(strings.TrimPrefix(line, "."))
		}
		if got := back.String(); got != text && got != text+"\r\n" {
			t.Fatalf("%q came back as %q", text, got)
		}
	})
}

// FuzzServer lets a server say anything at all: nothing counts as delivered unless
// the dot was written, the client always comes to an end, and what it keeps is bounded.
func FuzzServer(f *testing.F) {
	hello := "220 mx\r\n250-mx\r\n250-PIPELINING\r\n250 SIZE 1000\r\n"
	for _, answers := range []string{
		"", "220 mx\r\n", hello, hello + "250 a\r\n250 b\r\n250 c\r\n354 d\r\n250 e\r\n", hello + "250 a\r\n550 b\r\n250 c\r\n354 d\r\n421 e\r\n",
		hello + "451 a\r\n503 b\r\n503 c\r\n503 d\r\n", "220 mx\r\n500 what\r\n250 mx\r\n250 a\r\n250 b\r\n250 c\r\n354 d\r\n250 e\r\n", "554 no\r\n", "220-\r\n",
	} {
		f.Add(answers)
	}
	f.Fuzz(func(t *testing.T, answers string) {
		ours, theirs := net.Pipe()
		go func() {
			go func() { _, _ = io.Copy(io.Discard, theirs) }() // reads all that the client says
			_, _ = io.WriteString(theirs, answers)
			_ = theirs.Close()
		}()
		limit := Timeouts{time.Second, time.Second, time.Second, time.Second, time.Second, time.Second}
		c := newConn(ours, "mx.test", Dialer{Name: "out.test", Timeouts: limit}, newTranscript())
		defer c.Close()
		if c.open(Clear) != nil {
			return
		}
		m := &Message{From: "a@x.test", Content: [][]byte{[]byte("a: b\r\n\r\n.\r\n")}, Recipients: []Recipient{{Path: "b@y.test"}, {Path: "c@y.test"}}}
		dotted := false
		m.BeforeDot = func() error { dotted = true; return nil }
		res := c.Send(context.Background(), m)
		for i, r := range res.Replies {
			if r == nil {
				continue
			}
			if r.Positive() && (!dotted || !res.Dotted || res.Err != nil || res.Phases[i] != PhaseDot) {
				t.Fatalf("%q: delivered without a verdict: %v at %s, %+v", answers, r, res.Phases[i], res)
			}
		}
		if len(res.Replies) != 2 || len(res.Phases) != 2 || res.Dotted && !dotted {
			t.Fatalf("%q: %+v", answers, res)
		}
	})
}
