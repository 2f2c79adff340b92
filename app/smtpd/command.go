package smtpd

import (
	"strings"
	"unicode/utf8"

	"smtpserver/app/mail/reply"
)

// command runs one command line.
func (x *session) command(line string) error {
	if !isClean(line) {
		return x.refuse(say(500, reply.Enhanced{5, 5, 2}, "control character or broken UTF-8 in a command"))
	}
	verb, arg, _ := strings.Cut(line, " ")
	verb = strings.ToUpper(verb)
	if len(line)+2 > longest(verb) {
		return errTooLong
	}
	switch verb {
	case "EHLO", "HELO":
		return x.ehlo(verb == "EHLO", arg)
	case "STARTTLS":
		return x.startTLS(arg)
	case "AUTH":
		return x.auth(arg)
	case "MAIL":
		return x.mail(arg)
	case "RCPT":
		return x.rcpt(arg)
	case "DATA":
		return x.data(arg)
	case "QUIT":
		x.reply(say(221, reply.Enhanced{2, 0, 0}, "bye"))
		return errEnd
	}
	return x.minor(verb, arg)
}

// minor runs the commands that bring a message no further.
func (x *session) minor(verb, arg string) error {
	switch verb {
	case "RSET":
		if strings.TrimSpace(arg) != "" {
			return x.refuse(say(501, reply.Enhanced{5, 5, 4}, "RSET takes no parameters"))
		}
		x.env = nil
		x.reply(say(250, reply.Enhanced{2, 0, 0}, "reset"))
		return x.countJunk()
	case "NOOP":
		x.reply(say(250, reply.Enhanced{2, 0, 0}, "ok"))
		return x.countJunk()
	case "VRFY":
		x.reply(say(252, reply.Enhanced{2, 5, 0}, "send some mail and see"))
		return x.countJunk()
	case "BDAT":
		// What follows is a chunk and not commands, and its length was said by
		// somebody who ignores what we offer (S-21).
		x.reply(say(502, reply.Enhanced{5, 5, 1}, "CHUNKING is not offered, closing"))
		return errHangUp
	case "EXPN", "HELP", "TURN", "ETRN", "ATRN", "BURL", "SEND", "SOML", "SAML":
		return x.refuse(say(502, reply.Enhanced{5, 5, 1}, "not implemented"))
	case "GET", "POST", "PUT", "HEAD", "OPTIONS", "CONNECT", "DELETE", "PATCH", "TRACE", "PRI":
		return x.noMailClient()
	}
	if !x.hello && !isWord(verb) {
		return x.noMailClient()
	}
	return x.refuse(say(500, reply.Enhanced{5, 5, 2}, "unknown command"))
}

// noMailClient ends a session with a web client, or a web page made to speak SMTP:
// everything it says further is hostile (S-27).
func (x *session) noMailClient() error {
	x.reply(say(421, reply.Enhanced{4, 7, 0}, "this is a mail server"))
	return errHangUp
}

// longest is what a command line may measure with its CRLF (S-22).
func longest(verb string) int {
	switch verb {
	case "AUTH":
		return maxAuthLine
	case "MAIL", "RCPT":
		return maxCommand
	}
	return maxSimple
}

// refuse answers a command that brings nothing; too many of them end the session.
func (x *session) refuse(r *reply.Reply) error {
	x.reply(r)
	x.srv.o.Metrics.Refused(r.Code)
	return x.countJunk()
}

func (x *session) countJunk() error {
	if x.junk++; x.junk > maxJunk {
		x.reply(say(421, reply.Enhanced{4, 7, 0}, "too many commands without a message, closing"))
		return errHangUp
	}
	return nil
}

// isClean reports whether a line is text: tabs apart, nothing that moves a cursor.
func isClean(line string) bool {
	for i := range len(line) {
		if line[i] < ' ' && line[i] != '\t' || line[i] == 0x7f {
			return false
		}
	}
	return utf8.ValidString(line)
}

func isWord(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') })
}
