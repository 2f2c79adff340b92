package oauth

import (
	"errors"

	"smtpserver/app/fault"
)

// refuse is for a callback that proves nobody; the reason is for the log.
func refuse(reason string) error { return refuseFor(errors.New(reason)) }

func refuseFor(cause error) error {
	return fault.Wrap(fault.Forbidden, "This sign-in could not be checked, so nothing was changed. Please begin again.", cause)
}

func errDeclined(label string) error {
	return fault.Newf(fault.Conflict, "You declined at %s, so nothing was changed.", label)
}

func (p *Provider) down(cause error) error {
	return fault.Wrap(fault.Unavailable, p.Label+" cannot be reached right now. Sign in another way, or try again in a moment.", cause)
}
