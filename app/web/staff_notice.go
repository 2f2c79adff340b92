package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/fault"
	"smtpserver/app/terms"
	"smtpserver/app/web/mailview"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// staffNotice shows the notice of the saved draft as one named customer will get it.
func (s *Server) staffNotice(r *request) error {
	d, err := documentAsked(r)
	if err != nil {
		return err
	}
	page := pages.StaffNotice{Document: string(d), Name: d.Name(), Customer: "a customer"}
	m, l, err := s.drawNotice(r, d)
	switch {
	case fault.Is(err, fault.NotFound):
		page.Problem = "There is no customer with this address or name."
	case err != nil:
		return err
	default:
		page.Customer, page.To, page.Subject, page.Text, page.Banner = l.AccountName, l.To, m.Subject, m.Text, changeTitle(l.Version)
		page.MailURL = urls.WithQuery(urls.StaffTerms+"/draft/mail", "document", string(d), "customer", r.query("customer"))
	}
	crumbs := []layout.Crumb{{Label: "Terms", URL: urls.StaffTerms}, {Label: d.Name() + ", draft", URL: urls.StaffDraft(string(d), "")}, {Label: "Notice"}}
	return r.showStaff(fiber.StatusOK, "Notice", layout.NavStaffTerms, crumbs, func(p layout.Page) view {
		page.Page = p
		return page
	})
}

// staffNoticeMail is the mail's own HTML, for a sandboxed frame only.
func (s *Server) staffNoticeMail(r *request) error {
	d, err := documentAsked(r)
	if err != nil {
		return err
	}
	m, _, err := s.drawNotice(r, d)
	if err != nil {
		return err
	}
	r.c.Set(fiber.HeaderContentSecurityPolicy, previewPolicy)
	r.c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return r.c.SendString(m.HTML)
}

func (s *Server) drawNotice(r *request, d terms.Document) (m mailview.Mail, l terms.Letter, err error) {
	f, err := s.TermsDesk.Open(r.ctx, d)
	if err != nil {
		return m, l, err
	}
	c, err := s.Terms.Customer(r.ctx, r.query("customer"))
	if err != nil {
		return m, l, err
	}
	all, err := s.Terms.Versions(r.ctx, d)
	if err != nil {
		return m, l, err
	}
	l = terms.Letter{
		Kind: terms.NoticeMail, To: c.Email, AccountName: c.Name, Slug: c.Slug,
		Version: terms.Version{Document: d, Number: len(all) + 1, Title: f.Title, Markdown: f.Markdown, Summary: f.Summary, EffectiveOn: f.EffectiveOn, ToldOn: f.EffectiveOn},
	}
	current, err := s.Terms.Current(r.ctx, d, s.Clock.Now())
	switch {
	case err == nil:
		l.Current = &current
	case !fault.Is(err, fault.NotFound):
		return m, l, err
	}
	l.Redline = f.Redline(l.Current)
	m, err = s.TermsPost.Draw(r.ctx, l)
	return m, l, err
}
