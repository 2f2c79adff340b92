package web

import "smtpserver/views/layout"

// messageRetry makes what is deferred due now.
func (s *Server) messageRetry(r *request) error {
	messageID, err := r.id()
	if err != nil {
		return err
	}
	destinations, err := s.Messages.Retry(r.ctx, r.scope, messageID)
	if err != nil {
		return err
	}
	for _, destination := range destinations {
		s.Wake(destination, true) // somebody waits
	}
	text := "Nothing of this message is waiting for a retry."
	if len(destinations) > 0 {
		text = "We try again now."
	}
	if err := r.flash(layout.Good, text); err != nil {
		return err
	}
	return r.redirect(r.urls().Message(messageID.String()))
}
