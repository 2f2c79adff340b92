package smtpclient

import (
	"strings"
	"time"
)

// maxTranscript bounds what is kept of one attempt, in octets.
const maxTranscript = 32 << 10

// Line is one line of the conversation.
type Line struct {
	At   time.Duration // since the attempt began
	Side byte          // 'C' we, 'S' the server, '-' a remark
	Text string
}

// Transcript collects the lines of one attempt.
type Transcript struct {
	Lines []Line
	start time.Time
	size  int
}

func newTranscript() *Transcript { return &Transcript{start: time.Now()} }

func (t *Transcript) add(side byte, text string) {
	text = strings.TrimRight(text, "\r\n")
	if t.size += len(text) + 16; t.size > maxTranscript {
		return
	}
	t.Lines = append(t.Lines, Line{time.Since(t.start), side, text})
}

func (t *Transcript) note(text string) { t.add('-', text) }
