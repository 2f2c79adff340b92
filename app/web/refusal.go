package web

import (
	"smtpserver/app/fault"
	"smtpserver/views/pages"
)

// refusal turns an error that the person can mend into the status and the messages
// of a form that is shown again with what was typed. ok is false for every other
// error: return it as it is.
func refusal(err error) (status int, errs pages.Errors, ok bool) {
	switch kind := fault.KindOf(err); kind {
	case fault.Invalid, fault.Conflict, fault.Limited:
		errs = fault.FieldsOf(err)
		if errs == nil {
			errs = pages.Errors{"": fault.SafeText(err)}
		}
		return statusOf[kind], errs, true
	}
	return 0, nil, false
}
