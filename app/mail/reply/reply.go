// Package reply is the SMTP reply (RFC 5321 §4.2) with its enhanced status code
// (RFC 3463, RFC 2034), for the side that sends it and the side that reads it.
package reply

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Enhanced is an enhanced status code; the zero value means none.
type Enhanced [3]int

// String prints "5.7.1", or "".
func (e Enhanced) String() string {
	if e[0] == 0 {
		return ""
	}
	return fmt.Sprintf("%d.%d.%d", e[0], e[1], e[2])
}

// Reply is one reply. Lines are without reply code and enhanced code.
type Reply struct {
	Code     int
	Enhanced Enhanced
	Lines    []string
}

// New returns a reply of one line.
func New(code int, enhanced Enhanced, text string) *Reply {
	return &Reply{Code: code, Enhanced: enhanced, Lines: []string{text}}
}

// Error prints the reply on one line, so that a reply can travel as an error.
func (r *Reply) Error() string {
	text := strings.Join(r.Lines, " / ")
	if e := r.Enhanced.String(); e != "" {
		text = e + " " + text
	}
	return strings.TrimSpace(strconv.Itoa(r.Code) + " " + text)
}

// Positive reports whether the command was done (2yz) or may go on (3yz).
func (r *Reply) Positive() bool { return r.Code >= 200 && r.Code < 400 }

// Temporary reports a 4yz reply: the same command may work later.
func (r *Reply) Temporary() bool { return r.Code >= 400 && r.Code < 500 }

// Permanent reports a 5yz reply.
func (r *Reply) Permanent() bool { return r.Code >= 500 }

// maxLine is the longest line of a reply, with code and CRLF (RFC 5321 §4.5.3.1.5).
const maxLine = 512

// Append writes the reply in wire form, the enhanced code on each line (RFC 2034 §4).
// Long texts go over several lines, and nothing in a text can end a line: a reply
// that quotes its input must not become two.
func (r *Reply) Append(b []byte) []byte {
	prefix := r.Enhanced.String()
	if prefix != "" {
		prefix += " "
	}
	room := maxLine - len("250 ") - len(prefix) - len("\r\n")
	for i, line := range r.Lines {
		line = printable(line)
		for len(line) > room {
			cut := lineBreak(line, room)
			b = r.appendLine(b, '-', prefix, line[:cut])
			line = strings.TrimPrefix(line[cut:], " ")
		}
		separator := byte('-')
		if i == len(r.Lines)-1 {
			separator = ' '
		}
		b = r.appendLine(b, separator, prefix, line)
	}
	if len(r.Lines) == 0 {
		b = r.appendLine(b, ' ', prefix, "")
	}
	return b
}

func (r *Reply) appendLine(b []byte, separator byte, prefix, text string) []byte {
	b = strconv.AppendInt(b, int64(r.Code), 10)
	b = append(b, separator)
	b = append(append(b, prefix...), text...)
	return append(b, '\r', '\n')
}

// lineBreak finds a space, or else the start of a character, at most at n.
func lineBreak(s string, n int) int {
	if i := strings.LastIndexByte(s[:n+1], ' '); i > 0 {
		return i
	}
	for n > 1 && !utf8.RuneStart(s[n]) {
		n--
	}
	return n
}

func printable(s string) string {
	clean := true
	for i := range len(s) {
		clean = clean && s[i] >= ' ' && s[i] < 0x7f
	}
	if clean {
		return s
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
}

// WriteTo writes the reply in wire form.
func (r *Reply) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(r.Append(nil))
	return int64(n), err
}

// Limits of what a peer may answer; beyond them it is broken or hostile (F-37).
const (
	MaxOctets = 64 << 10
	MaxLines  = 100
)

// ErrMalformed is in the chain of Read's error for a peer that does not speak SMTP.
var ErrMalformed = errors.New("reply: not an SMTP reply")

// Read reads one reply. Bare line feeds, other control characters, mixed codes
// and endless replies are refused: a peer that sends them is not to be trusted
// with the order of its answers.
func Read(br *bufio.Reader) (*Reply, error) {
	r := &Reply{}
	for octets := 0; ; {
		line, err := readLine(br, MaxOctets-octets)
		if err != nil {
			return nil, err
		}
		octets += len(line) + 2
		code, last, text, err := parseLine(line)
		if err != nil {
			return nil, err
		}
		if len(r.Lines) > 0 && code != r.Code {
			return nil, fmt.Errorf("%w: the code changes within a reply", ErrMalformed)
		}
		r.Code = code
		if e, rest, ok := cutEnhanced(code, text); ok {
			r.Enhanced, text = e, rest
		}
		r.Lines = append(r.Lines, text)
		if last {
			return r, nil
		}
		if len(r.Lines) == MaxLines {
			return nil, fmt.Errorf("%w: more than %d lines", ErrMalformed, MaxLines)
		}
	}
}

func readLine(br *bufio.Reader, limit int) (string, error) {
	var line []byte
	for {
		part, err := br.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > limit {
			return "", fmt.Errorf("%w: more than %d octets", ErrMalformed, MaxOctets)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if err != nil {
			if errors.Is(err, io.EOF) && len(line) > 0 {
				err = io.ErrUnexpectedEOF
			}
			return "", err
		}
		break
	}
	if len(line) < 2 || line[len(line)-2] != '\r' {
		return "", fmt.Errorf("%w: bare line feed", ErrMalformed)
	}
	line = line[:len(line)-2]
	for _, c := range line {
		if c < ' ' && c != '\t' || c == 0x7f {
			return "", fmt.Errorf("%w: control character", ErrMalformed)
		}
	}
	return strings.ToValidUTF8(string(line), "?"), nil
}

func parseLine(line string) (code int, last bool, text string, err error) {
	if len(line) < 3 || len(line) > 3 && line[3] != ' ' && line[3] != '-' {
		return 0, false, "", fmt.Errorf("%w: want a three-digit code", ErrMalformed)
	}
	code, err = strconv.Atoi(line[:3])
	if err != nil || code < 200 || code > 599 {
		return 0, false, "", fmt.Errorf("%w: want a code from 200 to 599", ErrMalformed)
	}
	if len(line) == 3 {
		return code, true, "", nil
	}
	return code, line[3] == ' ', line[4:], nil
}

// cutEnhanced takes "4.7.1" from the start of a text when its class agrees with the code.
func cutEnhanced(code int, text string) (Enhanced, string, bool) {
	word, rest, _ := strings.Cut(text, " ")
	parts := strings.Split(word, ".")
	if len(parts) != 3 {
		return Enhanced{}, "", false
	}
	var e Enhanced
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 10, 16) // no sign
		if err != nil || len(p) > 3 {
			return Enhanced{}, "", false
		}
		e[i] = int(n)
	}
	if e[0] != code/100 {
		return Enhanced{}, "", false
	}
	return e, rest, true
}
