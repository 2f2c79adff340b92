package web

import "smtpserver/views/layout"

// credentialRevoke ends a credential at once, its open sessions included.
func (s *Server) credentialRevoke(r *request) error {
	credentialID, err := r.id()
	if err != nil {
		return err
	}
	if err := s.Credentials.Revoke(r.ctx, r.scope, credentialID); err != nil {
		return err
	}
	if err := r.flash(layout.Good, "The credential is revoked. Nobody can sign in with it any more, and open sessions end within 5 seconds."); err != nil {
		return err
	}
	return r.redirect(r.urls().Credentials())
}
