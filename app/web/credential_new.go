package web

import (
	"context"
	"errors"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/credential"
	"smtpserver/app/id"
	"smtpserver/app/identity"
	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

type credentialForm struct {
	Name     string `form:"name"`
	DomainID string `form:"domain_id"`
	Stream   string `form:"stream"`
	Networks string `form:"networks"`
}

// credentialNew shows the form.
func (s *Server) credentialNew(r *request) error {
	return s.showCredentialForm(r, fiber.StatusOK, credentialForm{}, nil)
}

// credentialCreate issues a credential and shows its secret: in this answer and
// never again. Sent once more, the same form finds its name taken.
func (s *Server) credentialCreate(r *request) error {
	var f credentialForm
	err := r.bind(&f)
	var issued credential.Issued
	if err == nil {
		issued, err = s.Credentials.Issue(r.ctx, r.scope, credential.Request{
			Name: f.Name, DomainID: id.ID(f.DomainID), Stream: f.Stream, Networks: f.Networks,
			Tell: func(ctx context.Context) error { return s.tellOfCredential(ctx, r) },
		})
	}
	if status, errs, ok := refusal(err); ok {
		return s.showCredentialForm(r, status, f, errs)
	}
	if err != nil {
		return err
	}
	return s.showSecret(r, issued)
}

// tellOfCredential mails the owner, and who made it, in the transaction of ctx: there is
// no credential of which nobody was told.
func (s *Server) tellOfCredential(ctx context.Context, r *request) error {
	people := []id.ID{r.user.ID}
	members, err := s.Accounts.Members(ctx, r.scope)
	for _, m := range members {
		if m.Role == account.Owner && m.UserID != r.user.ID {
			people = append(people, m.UserID)
		}
	}
	for _, userID := range people {
		err = errors.Join(err, s.Identity.TellOf(ctx, userID, r.client(), identity.CredentialIssued))
	}
	return err
}

func (s *Server) showSecret(r *request, issued credential.Issued) error {
	domains, err := s.Domains.List(r.ctx, r.scope)
	if err != nil {
		return err
	}
	connection := s.connection(r, issued.Credential, domains)
	r.c.Set(fiber.HeaderCacheControl, "no-store") // the secret stays in no cache, whatever the default is
	return r.show(fiber.StatusOK, "Credential created", func(p layout.Page) view {
		p.Active = layout.NavCredentials
		p.Breadcrumbs = []layout.Crumb{{Label: "Credentials", URL: r.urls().Credentials()}, {Label: issued.Name}}
		return pages.CredentialCreated{
			Page: p, ID: issued.ID.String(), Secret: issued.Secret, Connection: connection, Stream: issued.Stream,
			Domain: nameOf(issued.DomainID, domains), Networks: issued.Networks.String(),
			Test: pages.TestSend{From: connection.From, To: r.user.Email, Denied: r.testDenied(issued.Credential, domains)},
		}
	})
}

func (s *Server) showCredentialForm(r *request, status int, f credentialForm, errs pages.Errors) error {
	domains, err := s.Domains.List(r.ctx, r.scope)
	if err != nil {
		return err
	}
	options := append([]components.Option{{Value: "", Label: "Every proven domain"}}, domainOptions(domains)...)
	return r.show(status, "New credential", func(p layout.Page) view {
		p.Active = layout.NavCredentials
		p.Breadcrumbs = []layout.Crumb{{Label: "Credentials", URL: r.urls().Credentials()}, {Label: "New credential"}}
		return pages.CredentialNew{
			Page: p, Name: f.Name, DomainID: f.DomainID, Stream: f.Stream, Networks: f.Networks, Domains: options, Errors: errs,
			NewDenied: r.denied(account.ManageCredentials),
		}
	})
}
