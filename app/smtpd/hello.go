package smtpd

import (
	"fmt"
	"strings"

	"smtpserver/app/mail/reply"
)

func (x *session) ehlo(extended bool, arg string) error {
	name := strings.TrimSpace(arg)
	if !validHello(name) {
		return x.refuse(say(501, reply.Enhanced{5, 5, 4}, "give your host name or address literal"))
	}
	again := x.hello
	x.peer.Name, x.hello, x.env = name, true, nil // RFC 5321 §4.1.4: EHLO also resets
	if extended {
		x.reply(&reply.Reply{Code: 250, Lines: x.offers()})
	} else {
		x.reply(say(250, reply.Enhanced{}, x.srv.o.Hostname))
	}
	if again {
		return x.countJunk()
	}
	return nil
}

// offers are the extensions. No CHUNKING: it has no use for the mail that
// applications send, and its framing has cost others messages (K7).
func (x *session) offers() []string {
	lines := []string{x.srv.o.Hostname, "PIPELINING", fmt.Sprintf("SIZE %d", x.srv.o.MaxMessage), "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "DSN"}
	switch {
	case x.inTLS && x.srv.o.Open != nil:
		return lines
	case x.inTLS:
		return append(lines, "AUTH PLAIN LOGIN")
	}
	return append(lines, "STARTTLS") // RFC 8314: no AUTH in the clear
}

// validHello accepts what programs really send — names with underscores, single
// labels, literals — and nothing that could confuse a log or a reader.
func validHello(s string) bool {
	return s != "" && len(s) <= 255 && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(".-_[]:", r)
	})
}

// startTLS runs STARTTLS (RFC 3207).
func (x *session) startTLS(arg string) error {
	switch {
	case strings.TrimSpace(arg) != "":
		return x.refuse(say(501, reply.Enhanced{5, 5, 4}, "STARTTLS takes no parameters"))
	case x.inTLS:
		return x.refuse(say(503, reply.Enhanced{5, 5, 1}, "TLS is already on"))
	case x.br.Buffered() > 0:
		// What came behind STARTTLS in the clear could be an attacker's (RFC 3207 §6).
		x.reply(say(501, reply.Enhanced{5, 5, 1}, "wait for the reply to STARTTLS, closing"))
		return errHangUp
	}
	x.reply(say(220, reply.Enhanced{2, 0, 0}, "ready to start TLS"))
	if err := x.flush(); err != nil {
		return err
	}
	// RFC 3207 §4.2: what was learnt in the clear is forgotten. (Clear text that
	// arrives from here on reaches the handshake, which fails on it.)
	x.inTLS, x.hello, x.env, x.peer.Name = true, false, nil, ""
	if x.handshake() != nil {
		return errEnd // no way to say anything
	}
	return nil
}
