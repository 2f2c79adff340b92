package smtpclient

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"smtpserver/app/mail/reply"
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
	Lines   []Line
	start   time.Time
	size    int
	secrets []string
}

func newTranscript() *Transcript { return &Transcript{start: time.Now()} }

// Duration is the time from the beginning to the last line.
func (t *Transcript) Duration() time.Duration {
	if len(t.Lines) == 0 {
		return 0
	}
	return t.Lines[len(t.Lines)-1].At
}

// hide replaces secrets in all that is added from now on.
func (t *Transcript) hide(secrets ...string) {
	t.secrets = slices.DeleteFunc(secrets, func(s string) bool { return s == "" })
}

func (t *Transcript) add(side byte, text string) {
	const perLine = 16 // what a line costs besides its text
	if t.size > maxTranscript {
		return
	}
	for _, secret := range t.secrets {
		text = strings.ReplaceAll(text, secret, "***")
	}
	if t.size += len(text) + perLine; t.size > maxTranscript {
		side, text = '-', "(the rest is not kept)"
	}
	t.Lines = append(t.Lines, Line{time.Since(t.start), side, text})
}

func (t *Transcript) note(text string) { t.add('-', text) }

func (t *Transcript) reply(r *reply.Reply) {
	enhanced := r.Enhanced.String()
	if enhanced != "" {
		enhanced += " "
	}
	for i, line := range r.Lines {
		sep := "-"
		if i == len(r.Lines)-1 {
			sep = " "
		}
		t.add('S', strconv.Itoa(r.Code)+sep+enhanced+line)
	}
}
