package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/identity"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// securityOwn is a person's security page outside of an account: staff have none, and
// members are led to the page within theirs.
func (s *Server) securityOwn(r *request) error {
	if path := r.securityPath(); path != urls.Security {
		return r.redirect(path)
	}
	return s.showSecurity(r, "")
}

// securityPath is where this person's security page is: within the account that they
// come from, else within their first.
func (r *request) securityPath() string {
	memberships, err := r.server.Accounts.MembershipsOf(r.ctx, r.user.ID)
	if err != nil || len(memberships) == 0 {
		return urls.Security
	}
	from := r.referer()
	for _, m := range memberships {
		if path := urls.Account(m.Account.Slug).SettingsSecurity(); path == from {
			return path
		}
	}
	return urls.Account(memberships[0].Account.Slug).SettingsSecurity()
}

// securityShow is the page within an account.
func (s *Server) securityShow(r *request) error {
	return s.showSecurity(r, r.denied(account.ManageSecurity))
}

// securityRequire saves whether members need two factors.
func (s *Server) securityRequire(r *request) error {
	required := r.post("require_two_factors") == "1"
	if required && !r.session.TwoFactors {
		if err := r.flash(layout.Warn, "Set up a second factor for yourself first, or you would lock yourself out."); err != nil {
			return err
		}
		return r.redirect(r.urls().SettingsSecurity())
	}
	if err := s.Accounts.SetRequireTwoFactors(r.ctx, r.scope, required); err != nil {
		return err
	}
	text := "Members may work in " + r.account.Name + " with one factor."
	if required {
		text = "Members need two factors to work in " + r.account.Name + " from now on."
	}
	if err := r.flash(layout.Good, text); err != nil {
		return err
	}
	return r.redirect(r.urls().SettingsSecurity())
}

func (s *Server) showSecurity(r *request, denied string) error {
	page, err := s.securityPage(r)
	if err != nil {
		return err
	}
	return r.show(fiber.StatusOK, "Security", func(p layout.Page) view {
		p.Active = layout.NavSettings
		if r.account.ID.IsZero() {
			p.Account = nil
		} else {
			p.Breadcrumbs = []layout.Crumb{{Label: "Settings", URL: r.urls().Settings()}, {Label: "Security"}}
		}
		page.Page, page.RequireDenied = p, denied
		return page
	})
}

func (s *Server) securityPage(r *request) (pages.SecurityShow, error) {
	page := pages.SecurityShow{
		Email: r.user.Email, TwoFactors: r.session.TwoFactors, Required: r.account.RequireTwoFactors,
		PasskeysPossible: s.Identity.PasskeysPossible(), StaffRequired: r.user.Staff && s.cfg.StaffTwoFactors,
	}
	if !r.user.Confirmed() {
		page.Denied = "Confirm your e-mail address first."
	}
	proofs, err := s.Identity.ProofsOf(r.ctx, r.user.ID)
	if err != nil {
		return page, err
	}
	page.App = proofs.App
	if page.Password, err = s.Identity.HasPassword(r.ctx, r.user.ID); err != nil {
		return page, err
	}
	if page.CodesLeft, page.CodesMadeAt, err = s.Identity.RecoveryLeft(r.ctx, r.user.ID); err != nil {
		return page, err
	}
	if err := s.addPasskeys(r, &page); err != nil {
		return page, err
	}
	if err := s.addLinks(r, &page); err != nil {
		return page, err
	}
	return page, s.addSessions(r, &page)
}

func (s *Server) addPasskeys(r *request, page *pages.SecurityShow) error {
	keys, err := s.Identity.Passkeys(r.ctx, r.user.ID)
	for _, k := range keys {
		page.Passkeys = append(page.Passkeys, pages.PasskeyRow{ID: k.ID.String(), Name: k.Name, CreatedAt: k.CreatedAt, UsedAt: k.UsedAt})
	}
	return err
}

// addLinks lists every provider that is set up, and those that are linked though they
// are set up no longer.
func (s *Server) addLinks(r *request, page *pages.SecurityShow) error {
	links, err := s.Identity.Links(r.ctx, r.user.ID)
	if err != nil {
		return err
	}
	linked := map[string]identity.Link{}
	for _, l := range links {
		linked[l.Provider] = l
	}
	for _, p := range s.Providers {
		row := pages.IdentityRow{Provider: p.Name, Label: p.Label}
		if l, ok := linked[p.Name]; ok {
			row.Linked, row.Email, row.UsedAt = true, l.Email, l.UsedAt
			delete(linked, p.Name)
		}
		page.Identities = append(page.Identities, row)
	}
	for _, l := range links {
		if _, left := linked[l.Provider]; left {
			page.Identities = append(page.Identities, pages.IdentityRow{Provider: l.Provider, Label: l.Provider, Linked: true, Email: l.Email, UsedAt: l.UsedAt, Gone: true})
		}
	}
	return nil
}

func (s *Server) addSessions(r *request, page *pages.SecurityShow) error {
	sessions, err := s.Identity.Sessions(r.ctx, r.user.ID)
	for _, one := range sessions {
		page.Sessions = append(page.Sessions, pages.SessionRow{
			Hash: one.Hash, Device: identity.DeviceWords(one.UserAgent), IP: one.IP, SeenAt: one.SeenAt, CreatedAt: one.CreatedAt,
			TwoFactors: one.TwoFactors, This: one.Hash == r.session.Hash,
		})
	}
	return err
}
