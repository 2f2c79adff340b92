package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/fault"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

type emailChangeForm struct {
	Email string `form:"new_email"`
}

// emailChange shows the person's own address, and the change under way.
func (s *Server) emailChange(r *request) error {
	return s.showEmailChange(r, fiber.StatusOK, emailChangeForm{}, nil)
}

// emailChangeAsk writes to both addresses.
func (s *Server) emailChangeAsk(r *request) error {
	var f emailChangeForm
	err := r.bind(&f)
	if err == nil {
		err = s.Identity.AskEmail(r.ctx, r.user.ID, f.Email)
	}
	if status, errs, ok := refusal(err); ok {
		return s.showEmailChange(r, status, f, errs)
	}
	if err != nil {
		return err
	}
	return r.doneAt(urls.EmailChangeOwn, "We wrote to both addresses. Follow the link in each mail.")
}

// emailChangeWithdraw ends the change under way.
func (s *Server) emailChangeWithdraw(r *request) error {
	if err := s.Identity.WithdrawEmailChange(r.ctx, r.user.ID); err != nil {
		return err
	}
	return r.doneAt(urls.EmailChangeOwn, "The change is cancelled. Your address stays as it is.")
}

func (s *Server) showEmailChange(r *request, status int, f emailChangeForm, errs pages.Errors) error {
	c, pending, err := s.Identity.EmailChangeOf(r.ctx, r.user.ID)
	if err != nil {
		return err
	}
	page := pages.EmailChangeOwn{
		Email: r.user.Email, Pending: pending, New: c.New, OldAt: timeOrZero(c.OldAt), NewAt: timeOrZero(c.NewAt), ExpiresAt: c.ExpiresAt,
		BackURL: r.profilePath(), Typed: f.Email, Capture: s.cfg.Capture, Errors: errs,
	}
	if !r.user.Confirmed() {
		page.Denied = "Confirm your present address first."
	}
	return r.show(status, "Your e-mail address", func(p layout.Page) view {
		p.Active = layout.NavSettings
		page.Page = p
		return page
	})
}

// profilePath is where the person's own settings are: in their first account.
func (r *request) profilePath() string {
	memberships, err := r.server.Accounts.MembershipsOf(r.ctx, r.user.ID)
	if err != nil || len(memberships) == 0 {
		return urls.Security
	}
	return urls.Account(memberships[0].Account.Slug).SettingsProfile()
}

// emailChangeShow is one side of a change. It asks to press a button: programs that open
// every link of a mail must confirm nothing.
func (s *Server) emailChangeShow(r *request) error {
	return s.showEmailSide(r, fiber.StatusOK, func(*pages.EmailChangeShow) {})
}

// emailChangeAnswer confirms or cancels for one side. Who has the link reads the mailbox;
// nobody has to be signed in.
func (s *Server) emailChangeAnswer(r *request) error {
	token := r.param("token")
	if r.post("act") == "cancel" {
		if err := s.Identity.CancelEmailChange(r.ctx, token); err != nil && !fault.Is(err, fault.NotFound) {
			return err
		} else if err == nil {
			return s.showEmailSide(r, fiber.StatusOK, func(p *pages.EmailChangeShow) { p.Gone, p.Stopped = false, true })
		}
		return s.showEmailSide(r, fiber.StatusOK, func(*pages.EmailChangeShow) {})
	}
	done, err := s.Identity.ApproveEmailChange(r.ctx, token, r.client())
	switch {
	case done:
		return s.showEmailSide(r, fiber.StatusOK, func(p *pages.EmailChangeShow) { p.Gone, p.Done = false, true })
	case fault.Is(err, fault.Conflict):
		return s.showEmailSide(r, fiber.StatusConflict, func(p *pages.EmailChangeShow) { p.Errors = pages.Errors{"": fault.SafeText(err)} })
	case err != nil && !fault.Is(err, fault.NotFound):
		return err
	}
	return s.showEmailSide(r, fiber.StatusOK, func(*pages.EmailChangeShow) {})
}

func (s *Server) showEmailSide(r *request, status int, change func(*pages.EmailChangeShow)) error {
	r.c.Set(fiber.HeaderReferrerPolicy, "same-origin")
	page := pages.EmailChangeShow{Token: r.param("token")}
	c, err := s.Identity.InspectEmailChange(r.ctx, r.param("token"))
	switch {
	case fault.Is(err, fault.NotFound):
		page.Gone = true
	case err != nil:
		return err
	default:
		page.Old, page.New, page.OldSide, page.ExpiresAt = c.Old, c.New, c.OldSide, c.ExpiresAt
		page.Mine, page.Others = c.NewAt != nil, c.OldAt != nil
		if c.OldSide {
			page.Mine, page.Others = page.Others, page.Mine
		}
	}
	change(&page)
	if page.Gone {
		status = fiber.StatusNotFound
	}
	return r.show(status, "Change of address", func(p layout.Page) view {
		page.Page = p
		return page
	})
}
