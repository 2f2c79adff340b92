package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/terms"
	"smtpserver/views/layout"
	"smtpserver/views/urls"
)

// openToObjectors is what stays open to an account that objected: reading the terms and
// changing one's mind, exporting, closing. Opening these is no use of the service either,
// so whoever only wants to leave is not counted as accepting.
var openToObjectors = []string{"/a/:slug/settings/terms", "/a/:slug/settings/data", "/a/:slug/settings/close"}

// useAccount notes that a member uses the account, which is acceptance of changed terms
// from their date on. An account that objected is led to where it can decide.
func (s *Server) useAccount(r *request) error {
	if s.TermsGate == nil || r.user.Staff {
		return nil
	}
	for _, path := range openToObjectors {
		if strings.HasPrefix(r.route.Path, path) {
			return nil
		}
	}
	err := s.TermsGate.Use(r.ctx, r.scope, r.by(terms.UseWeb))
	if fault.Is(err, fault.Forbidden) {
		r.barred = true
		return nil
	}
	return err
}

// by is who acts, for the record.
func (r *request) by(channel terms.Channel) terms.By {
	return terms.By{Channel: channel, IP: r.ip(), UserAgent: r.c.Get(fiber.HeaderUserAgent)}
}

// showBarred answers for every page that is closed to an account that objected.
func (s *Server) showBarred(r *request) error {
	if r.changes() {
		return fault.New(fault.Forbidden, "This account objected to the terms in force and is closed. It opens to export its data, to change its mind, and to close for good.")
	}
	return r.redirect(urls.Account(r.account.Slug).SettingsTerms())
}

// addTermsBanner says on every page of an account what is announced.
func (r *request) addTermsBanner(p *layout.Page) error {
	s := r.server
	if s.TermsGate == nil || r.scope.AccountID().IsZero() || strings.HasPrefix(r.route.Path, openToObjectors[0]) {
		return nil
	}
	waiting, err := s.TermsGate.Announced(r.ctx)
	if err != nil || len(waiting) == 0 {
		return err
	}
	history, err := s.Terms.Records(r.ctx, r.scope)
	if err != nil {
		return err
	}
	for _, v := range waiting {
		b := layout.Banner{
			Tone: layout.Accent, Title: changeTitle(v),
			Text: "Version " + numeral(v.Number) + " is announced.", Action: "See what changes", URL: urls.Account(r.account.Slug).SettingsTerms(),
		}
		switch {
		case terms.Find(history, terms.Accepted, v.Document, v.Number) != nil:
			continue
		case terms.Find(history, terms.Objected, v.Document, v.Number) != nil:
			b.Tone, b.Text, b.Action = layout.Warn, "You objected: the account closes on that day.", "Export, or change your mind"
		case !r.role.May(account.AcceptTerms):
			b.Text += " The owner of this account decides."
		}
		p.Banners = append(p.Banners, b)
	}
	return nil
}

func changeTitle(v terms.Version) string {
	if v.Number == 1 {
		return v.Document.Name() + ": new from " + v.EffectiveOn.Long() + "."
	}
	return v.Document.Name() + ": changed from " + v.EffectiveOn.Long() + " on."
}
