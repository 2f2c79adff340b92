package smtpd

import (
	"bytes"
	"encoding/base64"
	"errors"
	"strings"
	"unicode/utf8"

	"smtpserver/app/fault"
	"smtpserver/app/mail/reply"
)

// login is what a client gave as proof.
type login struct{ username, password string }

var (
	errMalformed = say(501, reply.Enhanced{5, 5, 2}, "malformed response")
	errCancelled = say(501, reply.Enhanced{5, 0, 0}, "authentication cancelled")
	errWrong     = say(535, reply.Enhanced{5, 7, 8}, "authentication credentials invalid")
)

// auth runs AUTH (RFC 4954).
func (x *session) auth(arg string) error {
	mechanism, initial, _ := strings.Cut(arg, " ")
	switch {
	case !x.inTLS:
		return x.refuse(say(538, reply.Enhanced{5, 7, 11}, "encryption required: use STARTTLS first"))
	case !x.hello:
		return x.refuse(say(503, reply.Enhanced{5, 5, 1}, "say EHLO first"))
	case x.sender != nil:
		return x.refuse(say(503, reply.Enhanced{5, 5, 1}, "already authenticated"))
	case mechanism == "":
		return x.refuse(say(501, reply.Enhanced{5, 5, 4}, "AUTH needs a mechanism"))
	}
	var l login
	var err error
	switch strings.ToUpper(mechanism) {
	case "PLAIN":
		l, err = x.plain(initial)
	case "LOGIN":
		l, err = x.login(initial)
	default:
		return x.refuse(say(504, reply.Enhanced{5, 5, 4}, "unknown mechanism; PLAIN and LOGIN are offered"))
	}
	var r *reply.Reply
	switch {
	case errors.Is(err, errWrong):
		return x.failure()
	case errors.As(err, &r):
		return x.refuse(r)
	case err != nil:
		return err
	}
	return x.verify(l)
}

// plain is RFC 4616: authzid NUL authcid NUL password.
func (x *session) plain(initial string) (login, error) {
	raw, err := x.response("", initial)
	if err != nil {
		return login{}, err
	}
	parts := bytes.Split(raw, []byte{0})
	if len(parts) != 3 {
		return login{}, errMalformed
	}
	if len(parts[0]) > 0 && !bytes.Equal(parts[0], parts[1]) {
		// Acting as somebody else is never granted; ignoring the wish was a
		// complete bypass elsewhere (CVE-2023-27582, S-42).
		return login{}, errWrong
	}
	return login{string(parts[1]), string(parts[2])}, nil
}

// login is what Microsoft made and never specified: two questions in base64.
func (x *session) login(initial string) (login, error) {
	user, err := x.response("VXNlcm5hbWU6", initial)
	if err != nil {
		return login{}, err
	}
	password, err := x.response("UGFzc3dvcmQ6", "")
	return login{string(user), string(password)}, err
}

// response decodes the initial response, or asks for one with a challenge.
func (x *session) response(challenge, initial string) ([]byte, error) {
	text := strings.TrimSpace(initial)
	switch text {
	case "=":
		return nil, nil // RFC 4954 §4: an empty initial response
	case "":
		x.out = append(append(append(x.out, "334 "...), challenge...), '\r', '\n')
		var err error
		if text, err = x.readLine(maxAuthLine); err != nil {
			return nil, err
		}
	}
	if text == "*" {
		return nil, errCancelled
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || strings.ContainsAny(text, "\r\n") { // the decoder skips line ends
		return nil, errMalformed
	}
	return raw, nil
}

// verify asks the Authenticator.
func (x *session) verify(l login) error {
	if !isText(l.username) || !isText(l.password) {
		return x.failure() // no credential is like that, and a database might choke on it
	}
	ctx, cancel := x.srv.patience()
	defer cancel()
	sender, err := x.srv.o.Auth.Authenticate(ctx, x.peer, l.username, l.password)
	switch {
	case err == nil:
		return x.enter(sender)
	case fault.Is(err, fault.Unauthorized):
		return x.failure()
	case fault.Is(err, fault.Limited):
		x.srv.o.Metrics.AuthFailed()
		x.reply(say(421, reply.Enhanced{4, 7, 0}, "too many failed attempts, try again later"))
		return errHangUp
	}
	x.srv.o.Log.Error("authentication could not be checked", "error", err)
	return x.refuse(say(454, reply.Enhanced{4, 7, 0}, "temporary authentication failure"))
}

// enter makes the session the sender's.
func (x *session) enter(sender Sender) error {
	if !x.srv.gate.enterAccount(sender.AccountID()) {
		x.srv.o.Metrics.Refused(421)
		x.reply(say(421, reply.Enhanced{4, 7, 0}, "too many connections of this account, try again later"))
		return errHangUp
	}
	x.sender = sender
	x.mu.Lock()
	x.current = sender
	x.mu.Unlock()
	x.reply(say(235, reply.Enhanced{2, 7, 0}, "authenticated"))
	return nil
}

// failure answers a wrong password, each one on a connection later than the one
// before, and the last with the end.
func (x *session) failure() error {
	x.srv.o.Metrics.AuthFailed()
	x.srv.sleep(x.srv.o.Timeouts.AuthDelay << x.failed)
	x.failed++
	if err := x.refuse(errWrong); err != nil {
		return err
	}
	if x.failed >= maxAuthFailures {
		x.reply(say(421, reply.Enhanced{4, 7, 0}, "too many failed attempts, closing"))
		return errHangUp
	}
	return nil
}

func isText(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }
