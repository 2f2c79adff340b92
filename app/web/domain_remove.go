package web

import (
	"smtpserver/app/fault"
	"smtpserver/views/layout"
)

// domainRemove gives a domain up. One that has to stay says why, on its own page.
func (s *Server) domainRemove(r *request) error {
	domainID, err := r.id()
	if err != nil {
		return err
	}
	err = s.Domains.Delete(r.ctx, r.scope, domainID)
	if fault.Is(err, fault.Conflict) {
		if err := r.flash(layout.Warn, fault.SafeText(err)); err != nil {
			return err
		}
		return r.redirect(r.urls().Domain(domainID.String()))
	}
	if err != nil {
		return err
	}
	if err := r.flash(layout.Good, "The domain is removed. You can delete its records from your DNS."); err != nil {
		return err
	}
	return r.redirect(r.urls().Domains())
}
