package web

import (
	"github.com/a-h/templ"

	"smtpserver/app/account"
	"smtpserver/app/identity"
	"smtpserver/views/layout"
	"smtpserver/views/urls"
)

// view is a page of views/pages, filled.
type view interface{ View() templ.Component }

// show answers with a whole page: it makes the frame and lets build fill the rest.
func (r *request) show(status int, title string, build func(layout.Page) view) error {
	frame, err := r.frame(title)
	if err != nil {
		return err
	}
	return r.render(status, build(frame).View())
}

// frame is what every page needs, whatever it shows.
func (r *request) frame(title string) (layout.Page, error) {
	token, err := r.csrf()
	if err != nil {
		return layout.Page{}, err
	}
	p := layout.Page{
		Title: title, Brand: r.server.cfg.Brand, CSRF: token, Theme: r.theme(), Now: r.server.Clock.Now(),
		Path:     localPath(string(r.c.Request().URI().RequestURI()), "/"),
		DevInbox: r.server.cfg.Capture, NoSignup: r.server.cfg.SignUpClosed, Flash: r.takeFlash(),
	}
	if !r.signedIn() {
		return p, nil
	}
	return p, r.addPerson(&p)
}

// addPerson adds who is signed in, the accounts to switch between, and the banners.
func (r *request) addPerson(p *layout.Page) error {
	p.User = &layout.User{Name: r.user.Name, Email: r.user.Email}
	memberships, err := r.server.Accounts.MembershipsOf(r.ctx, r.user.ID)
	if err != nil {
		return err
	}
	for _, m := range memberships {
		entry := layout.Account{Slug: m.Account.Slug, Name: m.Account.Name, Sending: sendingState(m.Account.State)}
		p.Accounts = append(p.Accounts, entry)
		if m.Account.ID == r.account.ID {
			p.Account = &entry
		}
	}
	if p.Account == nil && len(p.Accounts) > 0 {
		p.Account = &p.Accounts[0] // outside of an account: the way back into the first one
	}
	p.Breadcrumbs = []layout.Crumb{{Label: p.Title}}
	if !r.account.ID.IsZero() && !r.role.May(account.ReadAudit) {
		p.Denied = map[layout.Nav]string{layout.NavAudit: r.role.WhyNot(account.ReadAudit)}
	}
	if err := r.addStandingBanner(p); err != nil {
		return err
	}
	r.addSupportBanner(p)
	r.addClosedBanner(p)
	if err := r.addSuspendedBanner(p); err != nil {
		return err
	}
	if !r.user.Confirmed() {
		p.Banners = append(p.Banners, layout.Banner{
			Tone: layout.Warn, Title: "Confirm your e-mail address.",
			Text:   "We sent a link to " + r.user.Email + ". Until you follow it you can look around, but not add domains or credentials.",
			Action: "Send the link again", URL: urls.Confirm, Post: true,
		})
	}
	if err := r.addPersonBanner(p); err != nil {
		return err
	}
	return r.addTermsBanner(p)
}

func sendingState(state account.State) string {
	if state == account.Active {
		return "sending"
	}
	return string(state)
}

// theme is the user's, or the browser's while signed out.
func (r *request) theme() layout.Theme {
	if r.signedIn() {
		return layout.ParseTheme(string(r.user.Theme))
	}
	return layout.ParseTheme(r.cookie(themeCookie))
}

// themeOf is the other way round, for storing.
func themeOf(text string) identity.Theme { return identity.Theme(layout.ParseTheme(text)) }
