package web

import (
	"smtpserver/app/account"
	"smtpserver/app/id"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

type inviteForm struct {
	Email string `form:"email"`
	Role  string `form:"role"`
}

// teamInvite mails an invitation.
func (s *Server) teamInvite(r *request) error {
	var f inviteForm
	if err := r.bind(&f); err != nil {
		return err
	}
	err := s.Accounts.Invite(r.ctx, r.scope, f.Email, account.Role(f.Role))
	return s.afterTeam(r, err, "The invitation is on its way to "+f.Email+".", func(p *pages.Team) { p.Email, p.Role = f.Email, f.Role })
}

// teamRevoke ends an invitation.
func (s *Server) teamRevoke(r *request) error {
	return s.onTeam(r, "The invitation is revoked. Its link no longer works.", func(invitationID id.ID) error {
		return s.Accounts.Revoke(r.ctx, r.scope, invitationID)
	})
}

// teamRole gives a member another role.
func (s *Server) teamRole(r *request) error {
	return s.onTeam(r, "The role is changed. It counts from now on.", func(userID id.ID) error {
		return s.Accounts.SetRole(r.ctx, r.scope, userID, account.Role(r.post("role")))
	})
}

// teamRemove takes a member out of the account.
func (s *Server) teamRemove(r *request) error {
	return s.onTeam(r, "The member is removed. They see nothing of this account any more.", func(userID id.ID) error {
		return s.Accounts.Remove(r.ctx, r.scope, userID)
	})
}

// teamLeave takes the person out of the account.
func (s *Server) teamLeave(r *request) error {
	if err := s.Accounts.Leave(r.ctx, r.scope); err != nil {
		return s.afterTeam(r, err, "", nil)
	}
	if err := r.flash(layout.Good, "You have left the account "+r.account.Name+"."); err != nil {
		return err
	}
	return r.redirect(urls.Accounts)
}

// transferOffer offers the account to another owner.
func (s *Server) transferOffer(r *request) error {
	to := r.post("to")
	err := s.Accounts.Offer(r.ctx, r.scope, idOrNone(to))
	return s.afterTeam(r, err, "The account is offered. It changes hands when the other person accepts.", func(p *pages.Team) { p.TransferTo = to })
}

// transferAccept takes the account over.
func (s *Server) transferAccept(r *request) error {
	return s.afterTeam(r, s.Accounts.TakeOver(r.ctx, r.scope), "You own this account now. Legal notices come to your address.", nil)
}

// transferWithdraw takes the offer back, or declines it.
func (s *Server) transferWithdraw(r *request) error {
	return s.afterTeam(r, s.Accounts.Withdraw(r.ctx, r.scope), "The offer has ended. Nothing changed.", nil)
}

// onTeam does something to the row that the path names.
func (s *Server) onTeam(r *request, done string, do func(id.ID) error) error {
	rowID, err := r.id()
	if err != nil {
		return err
	}
	return s.afterTeam(r, do(rowID), done, nil)
}

// afterTeam leads back to the page, or shows it again with what was refused.
func (s *Server) afterTeam(r *request, err error, done string, typed func(*pages.Team)) error {
	if status, errs, ok := refusal(err); ok {
		return s.showTeam(r, status, func(p *pages.Team) {
			p.Errors = errs
			if typed != nil {
				typed(p)
			}
		})
	}
	if err != nil {
		return err
	}
	if err := r.flash(layout.Good, done); err != nil {
		return err
	}
	return r.redirect(r.urls().Team())
}
