package web

import "smtpserver/views/urls"

// logout ends the session on the server, then in the browser.
func (s *Server) logout(r *request) error {
	if r.signedIn() {
		if err := s.Identity.SignOut(r.ctx, r.sessionToken); err != nil {
			return err
		}
	}
	r.setCookie(sessionCookie, "", 0)
	r.setCookie(stepCookie, "", 0)
	r.c.Set("Clear-Site-Data", `"cache"`) // nothing private stays behind the back button
	return r.redirect(urls.Login)
}
