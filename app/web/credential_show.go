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

// credentialShow shows how to connect with a credential, without its secret.
func (s *Server) credentialShow(r *request) error {
	credentialID, err := r.id()
	if err != nil {
		return err
	}
	return s.showCredential(r, fiber.StatusOK, credentialID, nil)
}

func (s *Server) showCredential(r *request, status int, credentialID id.ID, change func(*pages.CredentialShow)) error {
	c, err := s.Credentials.Get(r.ctx, r.scope, credentialID)
	if err != nil {
		return err
	}
	domains, err := s.Domains.List(r.ctx, r.scope)
	if err != nil {
		return err
	}
	connection := s.connection(r, c, domains)
	return r.show(status, c.Name, func(p layout.Page) view {
		p.Active = layout.NavCredentials
		p.Breadcrumbs = []layout.Crumb{{Label: "Credentials", URL: r.urls().Credentials()}, {Label: c.Name}}
		page := pages.CredentialShow{
			Page: p, CredentialRow: r.credentialRow(c, domains), Connection: connection,
			Test: pages.TestSend{From: connection.From, To: r.user.Email, Denied: r.testDenied(c, domains)},
		}
		if change != nil {
			change(&page)
		}
		return page
	})
}

// connection is what a mail program has to be told to use the credential.
func (s *Server) connection(r *request, c credential.Credential, domains []domain.Domain) pages.Connection {
	return pages.Connection{
		Host: s.cfg.MailHostname, STARTTLSPort: s.cfg.SMTPPort, TLSPort: s.cfg.SMTPSPort, Username: c.Name,
		From: "hello@" + fromDomain(c, domains), To: r.user.Email, SelfSigned: s.cfg.SelfSigned,
	}
}

// fromDomain is a domain that the credential may send from, or one to fill in.
func fromDomain(c credential.Credential, domains []domain.Domain) string {
	name := "your-domain.example"
	for _, d := range domains {
		switch {
		case !c.DomainID.IsZero() && d.ID == c.DomainID:
			return d.Name
		case c.DomainID.IsZero() && d.MaySend():
			return d.Name
		}
	}
	return name
}

// testDenied says why no test message can be sent with a credential, "" when it can.
func (r *request) testDenied(c credential.Credential, domains []domain.Domain) string {
	if denied := r.denied(account.SendMail); denied != "" {
		return denied
	}
	if !c.Live() {
		return "This credential is revoked."
	}
	if c.PausedAt != nil {
		return "This credential is paused."
	}
	for _, d := range domains {
		if d.MaySend() && (c.DomainID.IsZero() || c.DomainID == d.ID) {
			return ""
		}
	}
	return "Prove a domain first: nothing is sent from an unproven one."
}
