package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/credential"
	"smtpserver/app/domain"
	"smtpserver/app/id"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// credentialList shows the account's credentials, without any secret.
func (s *Server) credentialList(r *request) error {
	list, err := s.Credentials.List(r.ctx, r.scope)
	if err != nil {
		return err
	}
	domains, err := s.Domains.List(r.ctx, r.scope)
	if err != nil {
		return err
	}
	rows := make([]pages.CredentialRow, len(list))
	for i, c := range list {
		rows[i] = r.credentialRow(c, domains)
	}
	return r.show(fiber.StatusOK, "Credentials", func(p layout.Page) view {
		p.Active = layout.NavCredentials
		return pages.CredentialList{Page: p, Rows: rows, NewDenied: r.denied(account.ManageCredentials)}
	})
}

func (r *request) credentialRow(c credential.Credential, domains []domain.Domain) pages.CredentialRow {
	row := pages.CredentialRow{
		ID: c.ID.String(), Name: c.Name, Hint: c.Hint, Domain: nameOf(c.DomainID, domains), Stream: c.Stream, Networks: c.Networks.String(),
		CreatedAt: c.CreatedAt, LastUsedAt: timeOrZero(c.LastUsedAt), LastUsedIP: c.LastUsedIP, RevokedAt: timeOrZero(c.RevokedAt), PausedAt: timeOrZero(c.PausedAt),
		RevokeDenied: r.denied(account.ManageCredentials), TestDenied: r.testDenied(c, domains),
	}
	if c.CreatedBy == r.user.ID {
		row.CreatedBy = r.user.Name
	}
	return row
}

func nameOf(domainID id.ID, domains []domain.Domain) string {
	for _, d := range domains {
		if d.ID == domainID {
			return d.Unicode()
		}
	}
	return ""
}
