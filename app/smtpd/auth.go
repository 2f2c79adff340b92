package smtpd

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"smtpserver/app/fault"
	"smtpserver/app/mail/reply"
)

// maxAuthFailures on one connection; the third ends it (S-41).
const maxAuthFailures = 3

// auth runs AUTH (RFC 4954).
func (x *session) auth(arg string) error {
	mechanism, initial, _ := strings.Cut(arg, " ")
	switch {
	case !x.inTLS:
		return x.refuse(say(538, reply.Enhanced{5, 7, 11}, "encryption required: use STARTTLS first"))
	case !x.hello:
		return x.refuse(say(503, reply.Enhanced{5, 5, 1}, "say EHLO first"))
	case x.sender != nil || x.env != nil:
		return x.refuse(say(503, reply.Enhanced{5, 5, 1}, "already authenticated, or in a transaction"))
	}
	var username, password string
	var err error
	switch strings.ToUpper(mechanism) {
	case "PLAIN":
		username, password, err = x.plain(initial)
	case "LOGIN":
		username, password, err = x.login(initial)
	default:
		return x.refuse(say(504, reply.Enhanced{5, 5, 4}, "unknown mechanism; PLAIN and LOGIN are offered"))
	}
	var r *reply.Reply
	switch {
	case errors.As(err, &r):
		return x.refuse(r)
	case err != nil:
		return err
	}
	return x.verify(username, password)
}

// plain is RFC 4616: authzid NUL authcid NUL password.
func (x *session) plain(initial string) (username, password string, err error) {
	raw, err := x.response("", initial)
	if err != nil {
		return "", "", err
	}
	parts := bytes.Split(raw, []byte{0})
	if len(parts) != 3 {
		return "", "", say(501, reply.Enhanced{5, 5, 2}, "malformed PLAIN response")
	}
	if len(parts[0]) > 0 && !bytes.Equal(parts[0], parts[1]) {
		// Acting as somebody else is never granted; ignoring the wish was a
		// complete bypass elsewhere (CVE-2023-27582, S-42).
		return "", "", x.failure()
	}
	return string(parts[1]), string(parts[2]), nil
}

func (x *session) login(initial string) (username, password string, err error) {
	user, err := x.response("VXNlcm5hbWU6", initial)
	if err != nil {
		return "", "", err
	}
	secret, err := x.response("UGFzc3dvcmQ6", "")
	return string(user), string(secret), err
}

// response decodes the initial response, or asks for one with a challenge.
func (x *session) response(challenge, initial string) ([]byte, error) {
	text := strings.TrimSpace(initial)
	if text == "" {
		x.out = append(append(append(x.out, "334 "...), challenge...), '\r', '\n')
		var err error
		if text, err = x.readLine(maxAuthLine); err != nil {
			return nil, err
		}
	}
	switch text {
	case "*":
		return nil, say(501, reply.Enhanced{5, 0, 0}, "authentication cancelled")
	case "=":
		return nil, nil // RFC 4954 §4: an empty initial response
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, say(501, reply.Enhanced{5, 5, 2}, "malformed base64")
	}
	return raw, nil
}

func (x *session) verify(username, password string) error {
	ctx, cancel := context.WithTimeout(context.Background(), x.srv.o.Timeouts.Store)
	defer cancel()
	sender, err := x.srv.o.Auth.Authenticate(ctx, x.peer, username, password)
	switch {
	case err == nil:
		x.sender = sender
		x.mu.Lock()
		x.current = sender
		x.mu.Unlock()
		x.reply(say(235, reply.Enhanced{2, 7, 0}, "authenticated"))
		return nil
	case fault.Is(err, fault.Unauthorized):
		return x.refuseAuth(x.failure())
	case fault.Is(err, fault.Limited):
		x.reply(say(421, reply.Enhanced{4, 7, 0}, "too many failed attempts, try again later"))
		return errEnd
	}
	x.srv.o.Log.Error("authentication could not be checked", "error", err)
	return x.refuse(say(454, reply.Enhanced{4, 7, 0}, "temporary authentication failure"))
}

// failure counts a wrong password and slows the next guess.
func (x *session) failure() *reply.Reply {
	x.failed++
	x.srv.o.Metrics.AuthFailed()
	time.Sleep(time.Duration(x.failed) * 100 * time.Millisecond)
	return say(535, reply.Enhanced{5, 7, 8}, "authentication credentials invalid")
}

func (x *session) refuseAuth(r *reply.Reply) error {
	x.reply(r)
	if x.failed >= maxAuthFailures {
		x.reply(say(421, reply.Enhanced{4, 7, 0}, "too many failed attempts, closing"))
		return errEnd
	}
	return nil
}
