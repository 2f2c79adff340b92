package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/identity"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

type joinForm struct {
	Name     string `form:"name"`
	Password string `form:"password"`
	Version  int    `form:"terms_version"`
	With     string `form:"terms_with"`
	Accepted bool   `form:"accept_terms"`
}

// inviteShow shows an invitation and asks to press a button: programs that open every
// link of a mail must not accept it.
func (s *Server) inviteShow(r *request) error {
	return s.showInvitation(r, fiber.StatusOK, joinForm{}, nil)
}

// inviteAccept makes the person a member: who is signed in as the invited address by
// the button, a newcomer by the form.
func (s *Server) inviteAccept(r *request) error {
	if r.signedIn() {
		joined, err := s.Accounts.Accept(r.ctx, r.param("token"), r.user.ID)
		if err != nil {
			return err
		}
		return s.welcomeTo(r, joined)
	}
	var f joinForm
	if err := r.bind(&f); err != nil {
		return err
	}
	in, joined, err := s.Identity.Join(r.ctx, identity.JoinForm{
		Token: r.param("token"), Name: f.Name, Password: f.Password, TermsVersion: f.Version, TermsWith: f.With, AcceptTerms: f.Accepted, Client: r.client(),
	})
	if status, errs, ok := refusal(err); ok {
		return s.showInvitation(r, status, f, errs)
	}
	if err != nil {
		return err
	}
	r.signIn(in)
	return s.welcomeTo(r, joined)
}

func (s *Server) welcomeTo(r *request, joined account.Account) error {
	if err := r.flash(layout.Good, "Welcome to "+joined.Name+"."); err != nil {
		return err
	}
	return r.redirect(urls.Account(joined.Slug).Dashboard())
}

func (s *Server) showInvitation(r *request, status int, f joinForm, errs pages.Errors) error {
	in, err := s.Accounts.InvitationOf(r.ctx, r.param("token"))
	if err != nil {
		return err
	}
	agreement, err := s.agreement(r)
	if err != nil {
		return err
	}
	r.c.Set(fiber.HeaderReferrerPolicy, "same-origin")
	return r.show(status, "Invitation", func(p layout.Page) view {
		page := pages.InviteShow{
			Page: p, Token: r.param("token"), AccountName: in.Account.Name, InvitedBy: in.InvitedBy, Email: in.Email, Role: string(in.Role), About: in.Role.About(),
			ExpiresAt: in.ExpiresAt, Known: in.Known, Terms: agreement, MinPassword: identity.MinPassword, Name: f.Name, Accepted: f.Accepted && agreement.Is(f.Version, f.With), Errors: errs,
		}
		if r.signedIn() {
			page.SignedInAs, page.Fits = r.user.Email, strings.EqualFold(r.user.Email, in.Email)
		}
		return page
	})
}
