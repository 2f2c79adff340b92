package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/identity"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

type profileForm struct {
	Name string `form:"name"`
}

type passwordForm struct {
	Current  string `form:"current_password"`
	Password string `form:"password"`
}

// settingsProfile shows the forms.
func (s *Server) settingsProfile(r *request) error {
	return s.showProfile(r, fiber.StatusOK, nil)
}

// settingsProfileSave saves the person's own name.
func (s *Server) settingsProfileSave(r *request) error {
	var f profileForm
	if err := r.bind(&f); err != nil {
		return err
	}
	err := s.Identity.SetName(r.ctx, r.user.ID, f.Name)
	if status, errs, ok := refusal(err); ok {
		return s.showProfile(r, status, func(p *pages.SettingsProfile) { p.Name, p.Errors = f.Name, errs })
	}
	if err != nil {
		return err
	}
	return s.saved(r, "Your name is saved.")
}

// settingsPasswordSave changes the password; this browser stays signed in, by a
// new session, and every other one is signed out.
func (s *Server) settingsPasswordSave(r *request) error {
	var f passwordForm
	if err := r.bind(&f); err != nil {
		return err
	}
	in, err := s.Identity.ChangePassword(r.ctx, r.session, f.Current, f.Password, r.client())
	if status, errs, ok := refusal(err); ok {
		return s.showProfile(r, status, func(p *pages.SettingsProfile) { p.PasswordErrors = errs })
	}
	if err != nil {
		return err
	}
	r.signIn(in)
	return s.saved(r, "Your password is changed. All other sessions have ended.")
}

// settingsNewsSave turns the operator's news to the person on or off.
func (s *Server) settingsNewsSave(r *request) error {
	wanted := r.post("news") != ""
	if err := s.Newsletter.SetWanted(r.ctx, r.user.ID, wanted); err != nil {
		return err
	}
	if !wanted {
		return s.saved(r, "You get no more news from us. Notices of terms and mail about your account still come.")
	}
	return s.saved(r, "You get our news.")
}

// settingsSessionsEnd signs the person out everywhere else.
func (s *Server) settingsSessionsEnd(r *request) error {
	if err := s.Identity.EndOtherSessions(r.ctx, r.user.ID, r.session.Hash, r.client()); err != nil {
		return err
	}
	return s.saved(r, "You are signed out everywhere else.")
}

func (s *Server) saved(r *request, text string) error {
	if err := r.flash(layout.Good, text); err != nil {
		return err
	}
	return r.redirect(urls.Account(r.account.Slug).SettingsProfile())
}

// showProfile shows the page as stored; change puts in what was typed and refused.
func (s *Server) showProfile(r *request, status int, change func(*pages.SettingsProfile)) error {
	sessions, err := s.Identity.Sessions(r.ctx, r.user.ID)
	if err != nil {
		return err
	}
	news, err := s.Newsletter.Wanted(r.ctx, r.user.ID)
	if err != nil {
		return err
	}
	return r.show(status, "Settings", func(p layout.Page) view {
		p.Active = layout.NavSettings
		page := pages.SettingsProfile{
			Page: p, Name: r.user.Name, Email: r.user.Email, Confirmed: r.user.Confirmed(), Role: string(r.role),
			MinPassword: identity.MinPassword, OtherSessions: max(0, len(sessions)-1), News: news,
		}
		if change != nil {
			change(&page)
		}
		return page
	})
}
