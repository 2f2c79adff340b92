package web

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/domain"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

type domainForm struct {
	Domain string `form:"domain"`
}

// domainList shows the account's sending domains with the form that adds one.
func (s *Server) domainList(r *request) error {
	return s.showDomains(r, fiber.StatusOK, nil)
}

// domainAdd adds a domain and leads to its records. One that the account has
// already leads there as well.
func (s *Server) domainAdd(r *request) error {
	var f domainForm
	if err := r.bind(&f); err != nil {
		return s.refuseDomain(r, f, err)
	}
	added, err := s.Domains.Add(r.ctx, r.scope, f.Domain)
	var exists *domain.ExistsError
	if errors.As(err, &exists) {
		if err := r.flash(layout.Warn, "You have this domain already. Here it is."); err != nil {
			return err
		}
		return r.redirect(r.urls().Domain(exists.DomainID.String()))
	}
	if err != nil {
		return s.refuseDomain(r, f, err)
	}
	if err := r.flash(layout.Good, "The domain is added. Publish its records, then check."); err != nil {
		return err
	}
	return r.redirect(r.urls().Domain(added.ID.String()))
}

func (s *Server) refuseDomain(r *request, f domainForm, err error) error {
	status, errs, ok := refusal(err)
	if !ok {
		return err
	}
	return s.showDomains(r, status, func(p *pages.DomainList) { p.Domain, p.Errors = f.Domain, errs })
}

func (s *Server) showDomains(r *request, status int, change func(*pages.DomainList)) error {
	list, err := s.Domains.List(r.ctx, r.scope)
	if err != nil {
		return err
	}
	rows := make([]pages.DomainRow, len(list))
	for i, d := range list {
		rows[i] = pages.DomainRow{
			ID: d.ID.String(), Name: d.Unicode(), State: string(d.State), Reason: d.Reason,
			CheckedAt: timeOrZero(d.CheckedAt), CreatedAt: d.CreatedAt,
		}
	}
	return r.show(status, "Domains", func(p layout.Page) view {
		p.Active = layout.NavDomains
		page := pages.DomainList{Page: p, Rows: rows, AddDenied: r.denied(account.ManageDomains)}
		if change != nil {
			change(&page)
		}
		return page
	})
}

// urls gives the paths of the request's account.
func (r *request) urls() urls.Account { return urls.Account(r.account.Slug) }
