package web

import (
	"smtpserver/app/domain"
	"smtpserver/app/fault"
	"smtpserver/views/layout"
)

// domainCheck looks at DNS now and shows what was seen.
func (s *Server) domainCheck(r *request) error {
	domainID, err := r.id()
	if err != nil {
		return err
	}
	d, err := s.Domains.Check(r.ctx, r.scope, domainID)
	tone, text := layout.Good, "Checked: "+d.Reason
	switch {
	case fault.Is(err, fault.Limited):
		tone, text = layout.Warn, fault.SafeText(err)
	case err != nil:
		return err
	case d.State != domain.Verified:
		tone = layout.Warn
	}
	if err := r.flash(tone, text); err != nil {
		return err
	}
	return r.redirect(r.urls().Domain(domainID.String()))
}
