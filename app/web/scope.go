package web

import "smtpserver/app/account"

// enterAccount finds the signed-in user's place in the account of the URL and mints
// the scope: one of the four places where that is done. Another's account and an
// account that does not exist are the same NotFound.
func (s *Server) enterAccount(r *request) error {
	m, err := s.Accounts.MembershipBySlug(r.ctx, r.user.ID, r.param("slug"))
	if err != nil {
		return err
	}
	r.account, r.role = m.Account, m.Role
	r.scope = account.NewScope(m.Account.ID, account.Actor{Kind: account.ActorUser, ID: r.user.ID, Role: m.Role})
	return nil
}
