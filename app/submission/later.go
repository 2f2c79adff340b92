package submission

import (
	"errors"
	"time"

	"smtpserver/app/fault"
)

// Later is a refusal for now that ends by itself: who sends many looks again then, and may
// send what is left until then.
type Later struct {
	Fault *fault.Error
	At    time.Time
	Left  int // that may still go now
}

// Err is the refusal as an error.
func (l Later) Err() error { return &later{l} }

type later struct{ Later }

// Error implements error.
func (l *later) Error() string { return l.Fault.Error() }

// Unwrap gives the fault, which edges translate.
func (l *later) Unwrap() error { return l.Fault }

// IsLater tells a refusal that ends by itself from others.
func IsLater(err error) (Later, bool) {
	var l *later
	if !errors.As(err, &l) {
		return Later{}, false
	}
	return l.Later, true
}
