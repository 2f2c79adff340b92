package web

import "time"

type themeForm struct {
	Theme string `form:"theme"`
	Next  string `form:"next"`
}

const themeLife = 365 * 24 * time.Hour

// themeSet remembers light, dark or the system's colours.
func (s *Server) themeSet(r *request) error {
	var f themeForm
	if err := r.bind(&f); err != nil {
		return err
	}
	theme := themeOf(f.Theme)
	r.setCookie(themeCookie, string(theme), themeLife)
	if r.signedIn() {
		if err := s.Identity.SetTheme(r.ctx, r.user.ID, theme); err != nil {
			return err
		}
	}
	return r.redirect(localPath(f.Next, "/"))
}
