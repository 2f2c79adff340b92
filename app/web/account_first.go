package web

import (
	"smtpserver/app/fault"
	"smtpserver/views/urls"
)

// accountFirst leads to the first account of the user; staff have none.
func (s *Server) accountFirst(r *request) error {
	memberships, err := s.Accounts.MembershipsOf(r.ctx, r.user.ID)
	switch {
	case err != nil:
		return err
	case len(memberships) > 0:
		return r.redirect(urls.Account(memberships[0].Account.Slug).Dashboard())
	case r.user.Staff:
		return r.redirect("/staff")
	}
	return fault.New(fault.NotFound, "You belong to no account. Ask an account's owner to invite you.")
}
