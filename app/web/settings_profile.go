package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/identity"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

type profileForm struct {
	Name string `form:"name"`
}

type accountForm struct {
	Name string `form:"account_name"`
	Kind string `form:"account_kind"`
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

// settingsAccountSave saves the account's name and kind.
func (s *Server) settingsAccountSave(r *request) error {
	var f accountForm
	if err := r.bind(&f); err != nil {
		return err
	}
	err := s.Accounts.SetProfile(r.ctx, r.scope, account.Profile{Name: f.Name, Kind: account.Kind(f.Kind)})
	if status, errs, ok := refusal(err); ok {
		return s.showProfile(r, status, func(p *pages.SettingsProfile) {
			p.AccountName, p.AccountKind, p.AccountErrors = f.Name, f.Kind, errs
		})
	}
	if err != nil {
		return err
	}
	return s.saved(r, "The account is saved.")
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

// settingsSessionsEnd signs the person out everywhere else.
func (s *Server) settingsSessionsEnd(r *request) error {
	if err := s.Identity.EndOtherSessions(r.ctx, r.user.ID, r.session.Hash); err != nil {
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
	return r.show(status, "Settings", func(p layout.Page) view {
		p.Active = layout.NavSettings
		page := pages.SettingsProfile{
			Page: p, Name: r.user.Name, Email: r.user.Email, Confirmed: r.user.Confirmed(), Role: string(r.role),
			MinPassword: identity.MinPassword, OtherSessions: max(0, len(sessions)-1),
			AccountName: r.account.Name, AccountKind: string(r.account.Kind),
		}
		if !r.role.May(account.ManageProfile) {
			page.AccountDenied = "Only the owner and admins may change the account."
		}
		if change != nil {
			change(&page)
		}
		return page
	})
}
