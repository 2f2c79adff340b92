package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/fault"
	"smtpserver/app/limit"
	"smtpserver/app/newsletter"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// newsletterNew is the operator's sign-up form.
func (s *Server) newsletterNew(r *request) error {
	return s.showNewsletter(r, fiber.StatusOK, pages.Newsletter{})
}

func (s *Server) showNewsletter(r *request, status int, page pages.Newsletter) error {
	page.Language = r.language()
	title := pages.NewsletterWordsIn(page.Language, s.cfg.Brand).List
	return r.show(status, title, func(p layout.Page) view {
		p.Lang = page.Language
		page.Page = p
		return page
	})
}

// newsletterAsk takes the form. Whatever is true of the address, the answer is the same; a
// machine that filled in the hidden field gets it too.
func (s *Server) newsletterAsk(r *request) error {
	page := pages.Newsletter{Email: r.post("email"), Asked: true}
	if r.post("website") != "" {
		return s.showNewsletter(r, fiber.StatusOK, page)
	}
	if !isText(page.Email) {
		page.Email = ""
	}
	language := r.language()
	err := s.Newsletter.Ask(r.ctx, newsletter.Form{
		Email: page.Email, Language: language, Wording: pages.NewsletterWordsIn(language, s.cfg.Brand).Agreed(), IP: r.ip().String(), Network: limit.Network(r.ip()),
	})
	switch {
	case err == nil:
		return s.showNewsletter(r, fiber.StatusOK, page)
	case fault.Is(err, fault.Invalid):
		page.Problem = pages.WordsIn(language).BadEmail
	case fault.Is(err, fault.Limited):
		page.Problem = pages.WordsIn(language).TooMuch
	default:
		return err
	}
	page.Asked = false
	return s.showNewsletter(r, statusOf[fault.KindOf(err)], page)
}

// newsletterConfirm asks for one click: programs that open every link subscribe nobody.
func (s *Server) newsletterConfirm(r *request) error {
	asked, err := s.Newsletter.Inspect(r.ctx, r.param("token"))
	return s.showConfirm(r, s.confirmation(asked, pages.SubscribeConfirm{Action: urls.NewsletterConfirm(r.param("token"))}), err)
}

// newsletterDo subscribes.
func (s *Server) newsletterDo(r *request) error {
	asked, err := s.Newsletter.Confirm(r.ctx, r.param("token"), r.ip().String())
	return s.showConfirm(r, s.confirmation(asked, pages.SubscribeConfirm{Done: true}), err)
}

func (s *Server) confirmation(asked newsletter.Evidence, page pages.SubscribeConfirm) pages.SubscribeConfirm {
	page.Sender, page.List, page.Language = s.cfg.Brand, pages.NewsletterWordsIn(asked.Language, s.cfg.Brand).List, asked.Language
	return page
}
