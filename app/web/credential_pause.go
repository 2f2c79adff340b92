package web

import "smtpserver/views/layout"

// credentialPause stops a credential, with what it has queued.
func (s *Server) credentialPause(r *request) error {
	credentialID, err := r.id()
	if err != nil {
		return err
	}
	if err := s.Credentials.Pause(r.ctx, r.scope, credentialID); err != nil {
		return err
	}
	if err := r.flash(layout.Good, "The credential is paused. Within 5 seconds open sessions end, and what it has queued is held when its turn comes."); err != nil {
		return err
	}
	return r.redirect(r.urls().Credential(credentialID.String()))
}

// credentialResume lets it work again.
func (s *Server) credentialResume(r *request) error {
	credentialID, err := r.id()
	if err != nil {
		return err
	}
	if err := s.Credentials.Resume(r.ctx, r.scope, credentialID); err != nil {
		return err
	}
	if err := r.flash(layout.Good, "The credential works again. What was held meanwhile can be released on the page Messages."); err != nil {
		return err
	}
	return r.redirect(r.urls().Credential(credentialID.String()))
}
