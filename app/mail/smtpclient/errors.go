package smtpclient

import (
	"errors"
	"io"
	"net"

	"smtpserver/app/mail/reply"
)

// Errors about what a server cannot take, or we do not send.
var (
	ErrNeedsUTF8     = errors.New("smtpclient: the server lacks SMTPUTF8, which this address needs")
	ErrNeeds8Bit     = errors.New("smtpclient: the server lacks 8BITMIME, which this message needs")
	ErrTooBig        = errors.New("smtpclient: the message is larger than the server takes")
	ErrUncleanOctets = errors.New("smtpclient: the content has a bare CR, a bare LF, NUL or a line of more than 998 octets")
	ErrBadPath       = errors.New("smtpclient: a path is not exactly one mailbox")
)

// Errors about a connection.
var (
	// ErrTLS is in the chain when encryption failed, so that the caller may decide to
	// come again in the clear.
	ErrTLS = errors.New("smtpclient: TLS failed")
	// ErrStale: the connection, kept from an earlier message, had ended before the
	// server answered anything about this one. It says nothing about the message:
	// dial again.
	ErrStale = errors.New("smtpclient: the server had closed the idle connection")
	// ErrOutOfStep: the server answered what was not asked.
	ErrOutOfStep = errors.New("smtpclient: the server's replies do not fit our commands")
	// ErrNoAuth: the server offers no way to sign in that we know.
	ErrNoAuth = errors.New("smtpclient: the server offers neither AUTH PLAIN nor AUTH LOGIN")
	// ErrUnverified: no password is sent to a server that did not prove its name.
	ErrUnverified = errors.New("smtpclient: no password is sent without verified TLS")
)

// RefusedError is a reply that ended the opening of a connection.
type RefusedError struct{ Reply *reply.Reply }

// Error implements error.
func (e *RefusedError) Error() string { return e.Reply.Error() }

// BrokenError is a connection that failed. Its text names no address and may be
// shown; the cause is in the chain.
type BrokenError struct{ cause error }

// Error implements error.
func (e *BrokenError) Error() string { return plain(e.cause) }

// Unwrap returns the cause.
func (e *BrokenError) Unwrap() error { return e.cause }

// plain words a network error without addresses.
func plain(err error) string {
	var timeout net.Error
	var op *net.OpError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the server closed the connection"
	case errors.Is(err, net.ErrClosed):
		return "the attempt was cut off"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "no answer in time"
	case errors.As(err, &op) && op.Err != nil:
		return op.Err.Error()
	}
	return err.Error()
}
