package story

import (
	"net/http"

	"github.com/a-h/templ"

	"smtpserver/views/layout"
)

// Story is one page in one situation.
type Story struct {
	Name   string // "domain_list-empty": the page's file, and the situation
	Status int
	page   func(layout.Page) view
	frame  func(theme layout.Theme) layout.Page
}

// view is a page of views/pages, filled.
type view interface{ View() templ.Component }

// Page draws the story in a theme.
func (s Story) Page(theme layout.Theme) templ.Component { return s.page(s.frame(theme)).View() }

// All is every story, in the order of a visit.
func All() []Story {
	var all []Story
	for _, chapter := range [][]Story{public(), identity(), signinWays(), securityPages(), overview(), domains(), credentials(), messages(), audience(), campaigns(), automations(), templates(), leaving(), settings(), team(), trust(), money(), standings(), operating(), officePeople(), livingTerms(), persons(), news(), inbox(), problems()} {
		all = append(all, chapter...)
	}
	return all
}

// outside is a story of the public site.
func outside(name, title string, page func(layout.Page) view) Story {
	return Story{Name: name, Status: http.StatusOK, page: page, frame: func(theme layout.Theme) layout.Page {
		return layout.Page{Title: title, Brand: "SMTPServer", CSRF: "preview", Theme: theme, Path: "/" + name, Now: now, DevInbox: true}
	}}
}

// inside is a story of somebody signed in to the sample account.
func inside(name, title string, nav layout.Nav, page func(layout.Page) view) Story {
	return Story{Name: name, Status: http.StatusOK, page: page, frame: func(theme layout.Theme) layout.Page {
		mine := layout.Account{Slug: "hofladen-brandt-k3f9", Name: "Hofladen Brandt", Plan: "Growth", Sending: "sending"}
		return layout.Page{
			Title: title, Brand: "SMTPServer", CSRF: "preview", Theme: theme, Path: "/" + name, Now: now, Active: nav, DevInbox: true,
			User: &layout.User{Name: "Maria Brandt", Email: "inhaber@hofladen-brandt.de"}, Account: &mine,
			Accounts:    []layout.Account{mine, {Slug: "verein-7m2c", Name: "Verein zur Pflege der Streuobstwiesen im Oberen Filstal e. V.", Sending: "paused"}},
			Breadcrumbs: []layout.Crumb{{Label: title}},
		}
	}}
}

// refused is a story of a form that came back.
func refused(s Story) Story {
	s.Status = http.StatusUnprocessableEntity
	return s
}

// with changes the frame of a story.
func with(s Story, change func(*layout.Page)) Story {
	before := s.frame
	s.frame = func(theme layout.Theme) layout.Page {
		p := before(theme)
		change(&p)
		return p
	}
	return s
}
