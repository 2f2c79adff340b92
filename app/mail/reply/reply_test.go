package reply

import (
	"bufio"
	"errors"
	"strings"
	"testing"
)

func TestRead(t *testing.T) {
	cases := map[string]string{
		"250 ok\r\n":       "250 ok",
		"250 2.1.0 ok\r\n": "250 2.1.0 ok",
		"550-5.1.1 no such\r\n550 5.1.1 user\r\n": "550 5.1.1 no such / user",
		"421\r\n":                                  "421",
		"250 5.1.1 class differs\r\n":              "250 5.1.1 class differs",
		"250 2.+1.0 sign\r\n":                      "250 2.+1.0 sign",
		"220-mx.example ESMTP\r\n220 \xff\xfe\r\n": "220 mx.example ESMTP / ?",
	}
	for in, want := range cases {
		r, err := Read(bufio.NewReader(strings.NewReader(in)))
		if err != nil || r.Error() != want {
			t.Errorf("%q = %v, %v; want %q", in, r, err, want)
		}
	}
}

// F-37: floods, binary and bare line feeds end the reading, bounded.
func TestF37ReadRefuses(t *testing.T) {
	for name, in := range map[string]string{
		"bare LF":      "250 ok\n",
		"NUL":          "250 o\x00k\r\n",
		"no code":      "hello\r\n",
		"code 199":     "199 x\r\n",
		"code 600":     "600 x\r\n",
		"code changes": "250-a\r\n550 b\r\n",
		"101 lines":    strings.Repeat("250-x\r\n", 101),
		"one megabyte": "250 " + strings.Repeat("x", 1<<20) + "\r\n",
		"long flood":   strings.Repeat("250-"+strings.Repeat("x", 2000)+"\r\n", 90),
	} {
		if _, err := Read(bufio.NewReader(strings.NewReader(in))); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWireForm(t *testing.T) {
	r := &Reply{Code: 550, Enhanced: Enhanced{5, 7, 1}, Lines: []string{"a", "b"}}
	if got := string(r.Append(nil)); got != "550-5.7.1 a\r\n550 5.7.1 b\r\n" {
		t.Errorf("%q", got)
	}
}

// A text can neither end its line nor make it longer than a reader takes.
func TestWireFormIsSafe(t *testing.T) {
	cases := map[string]*Reply{
		"250 \r\n":                  {Code: 250},
		"550 5.7.1 a  221 bye\r\n":  New(550, Enhanced{5, 7, 1}, "a\r\n221 bye"),
		"550 a b?\r\n":              New(550, Enhanced{}, "a\x00b\xff"),
		"250 2.0.0 zuverlässig\r\n": New(250, Enhanced{2, 0, 0}, "zuverlässig"),
		"550-5.7.1 " + strings.Repeat("x", 500) + "\r\n550 5.7.1 y\r\n":                    New(550, Enhanced{5, 7, 1}, strings.Repeat("x", 500)+" y"),
		"550-5.7.1 " + strings.Repeat("x", 500) + "\r\n550 5.7.1 xx\r\n":                   New(550, Enhanced{5, 7, 1}, strings.Repeat("x", 502)),
		"550-5.7.1 " + strings.Repeat("ü", 250) + "\r\n550 5.7.1 ü\r\n":                    New(550, Enhanced{5, 7, 1}, strings.Repeat("ü", 251)),
		"550-5.7.1 x" + strings.Repeat("ü", 249) + "\r\n550-5.7.1 ü\r\n550 5.7.1 last\r\n": {Code: 550, Enhanced: Enhanced{5, 7, 1}, Lines: []string{"x" + strings.Repeat("ü", 250), "last"}},
	}
	for want, r := range cases {
		if got := string(r.Append(nil)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// FuzzAppend: whatever the text, it comes out as one reply of short lines.
func FuzzAppend(f *testing.F) {
	f.Add("a\r\n250 ok")
	f.Add(strings.Repeat("ü ", 600))
	f.Fuzz(func(t *testing.T, text string) {
		wire := string(New(550, Enhanced{5, 7, 1}, text).Append(nil))
		for line := range strings.SplitAfterSeq(wire, "\r\n") {
			if len(line) > maxLine || line != "" && !strings.HasPrefix(line, "550") || strings.ContainsAny(strings.TrimSuffix(line, "\r\n"), "\r\n\x00") {
				t.Fatalf("%q became %q", text, line)
			}
		}
		if len(wire) > MaxOctets/2 {
			return
		}
		if r, err := Read(bufio.NewReader(strings.NewReader(wire))); err != nil || r.Code != 550 || r.Enhanced != (Enhanced{5, 7, 1}) {
			t.Fatalf("%q → %q → %v, %v", text, wire, r, err)
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add("250-a\r\n250 2.0.0 b\r\n")
	f.Fuzz(func(t *testing.T, s string) {
		r, err := Read(bufio.NewReader(strings.NewReader(s)))
		if err != nil || len(s) > 400 { // longer lines are broken up
			return
		}
		again, err := Read(bufio.NewReader(strings.NewReader(string(r.Append(nil)))))
		if err != nil || again.Code != r.Code || len(again.Lines) != len(r.Lines) {
			t.Fatalf("%q → %v → %v, %v", s, r, again, err)
		}
	})
}
