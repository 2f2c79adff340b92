package web

import (
	"smtpserver/app/fault"
	"smtpserver/views/layout"
)

// domainRotate makes the standby DKIM key sign from now on.
func (s *Server) domainRotate(r *request) error {
	domainID, err := r.id()
	if err != nil {
		return err
	}
	tone, text := layout.Good, "The next key signs from now on. Leave the old record in place for a week, and publish the new one when it suits you."
	_, err = s.Domains.Rotate(r.ctx, r.scope, domainID)
	switch {
	case fault.Is(err, fault.Conflict):
		tone, text = layout.Warn, fault.SafeText(err)
	case err != nil:
		return err
	}
	if err := r.flash(tone, text); err != nil {
		return err
	}
	return r.redirect(r.urls().Domain(domainID.String()))
}
