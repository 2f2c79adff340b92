// Package fault is the one error type that crosses from the domain to the edges.
//
// An error has a Kind (what the edge should do), a Safe text (what a stranger
// may read) and a cause (what only the log may see). Every edge translates the
// kind once: web to a status, SMTP to a reply code, jobs to retry or stop.
// An error that is no *Error is Internal: its text never leaves the process.
package fault

import (
	"errors"
	"fmt"
)

// Kind says what class of trouble an error is, in the words of the domain.
type Kind string

// The kinds. Unknown errors count as Internal, and Internal counts as temporary.
const (
	Internal     Kind = "internal"     // our fault; log it, show a reference
	Invalid      Kind = "invalid"      // the input is wrong; Fields may say where
	Unauthorized Kind = "unauthorized" // not signed in, or wrong secret
	Forbidden    Kind = "forbidden"    // signed in, but not allowed
	NotFound     Kind = "not_found"    // absent, or another account's
	Conflict     Kind = "conflict"     // the state does not allow it now
	Limited      Kind = "limited"      // too much, too fast; try later
	Unavailable  Kind = "unavailable"  // something we depend on is down; try later
)

// Error is a classified error.
type Error struct {
	Kind   Kind
	Safe   string            // one sentence for the person or program that asked
	Fields map[string]string // form field name → what is wrong with it (Invalid only)
	cause  error
}

// New returns an error of a kind with the sentence shown outside.
func New(kind Kind, safe string) *Error { return &Error{Kind: kind, Safe: safe} }

// Newf is New with a format; arguments must be safe to show.
func Newf(kind Kind, format string, args ...any) *Error {
	return New(kind, fmt.Sprintf(format, args...))
}

// Wrap classifies a cause. The cause is for the log only.
func Wrap(kind Kind, safe string, cause error) *Error {
	return &Error{Kind: kind, Safe: safe, cause: cause}
}

// Field returns an Invalid error about one form field.
func Field(name, safe string) *Error {
	return &Error{Kind: Invalid, Safe: safe, Fields: map[string]string{name: safe}}
}

// Error is for logs; edges show Safe instead.
func (e *Error) Error() string {
	if e.cause == nil {
		return string(e.Kind) + ": " + e.Safe
	}
	return string(e.Kind) + ": " + e.Safe + ": " + e.cause.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.cause }

// KindOf returns the kind of the outermost *Error in err's chain, else Internal.
// It returns "" for nil.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// SafeText returns the sentence that may be shown, or a neutral one.
func SafeText(err error) string {
	var e *Error
	if errors.As(err, &e) && e.Kind != Internal && e.Safe != "" {
		return e.Safe
	}
	return "Something went wrong on our side. Nothing you sent was lost; please try again."
}

// FieldsOf returns the per-field messages of an Invalid error, or nil.
func FieldsOf(err error) map[string]string {
	var e *Error
	if errors.As(err, &e) {
		return e.Fields
	}
	return nil
}

// Is reports whether err is of the kind.
func Is(err error, kind Kind) bool { return KindOf(err) == kind }
