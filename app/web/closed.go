package web

import (
	"context"
	"slices"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/views/layout"
	"smtpserver/views/urls"
)

// inClosed are the permissions that still count in a closed account: to take the data, to
// answer who asks about theirs, and to reopen it.
var inClosed = []account.Permission{account.ExportData, account.OwnAccount, account.ReadAudit, account.GrantSupport, account.AnswerPersons}

// admitToClosed refuses actions in an account that is closed.
func admitToClosed(r *request) error {
	p := r.route.Access.permission
	if r.account.State != account.Closed || !r.changes() || p == "" || slices.Contains(inClosed, p) {
		return nil
	}
	return fault.New(fault.Conflict, "This account is closed. Its owner can reopen it on the data page.")
}

// addClosedBanner says what stands: closed, until when, and what to do.
func (r *request) addClosedBanner(p *layout.Page) {
	if r.account.State != account.Closed {
		return
	}
	p.Banners = append(p.Banners, layout.Banner{
		Tone: layout.Bad, Title: "This account is closed.", Text: "Nothing is sent from it. Until it is erased you can take its data, and its owner can reopen it.",
		Action: "See the data page", URL: urls.Account(r.account.Slug).Data(),
	})
}

// addSuspendedBanner says why the account may not send, since when, and what still works.
func (r *request) addSuspendedBanner(p *layout.Page) error {
	if r.account.State != account.Paused {
		return nil
	}
	found, err := r.server.Accounts.SuspensionOf(r.ctx, r.account.ID)
	if err != nil || found == nil {
		return err
	}
	p.Banners = append(p.Banners, layout.Banner{
		Tone: layout.Bad, Title: "Sending is suspended since " + found.Since.UTC().Format("2 January 2006, 15:04 UTC") + ": " + found.Reason,
		Text:   "No mail is accepted, and what waits is held: nothing is lost. Everything else works. Write to us, and say what you changed.",
		Action: "Write to us", URL: urls.Account(r.account.Slug).Standing(),
	})
	return nil
}

// outlive is the request's context for a body that is written after the handler ended.
func (s *Server) outlive(r *request) context.Context {
	return context.WithoutCancel(r.ctx)
}
