package components

import "strings"

// Line is one line of an SMTP conversation.
type Line struct {
	Side string // "C" client (us), "S" server (them), "" a remark of ours
	Text string
	AtMS int64 // milliseconds since the attempt began
}

func (l Line) letter() string {
	switch l.Side {
	case "C":
		return "C"
	case "S":
		return "S"
	}
	return "·"
}

func (l Line) aloud() string {
	switch l.Side {
	case "C":
		return "we said: "
	case "S":
		return "they said: "
	}
	return "note: "
}

// class colours a line by its side; a refusal shows how it was meant (RFC 5321 §4.2.1).
func (l Line) class() string {
	switch {
	case l.Side == "C":
		return "from-client"
	case l.Side != "S":
		return "side-note"
	case strings.HasPrefix(l.Text, "4"):
		return "reply-temporary"
	case strings.HasPrefix(l.Text, "5"):
		return "reply-permanent"
	}
	return "from-server"
}
