package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/domain"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// domainShow shows one domain with its records and what was seen of them.
func (s *Server) domainShow(r *request) error {
	domainID, err := r.id()
	if err != nil {
		return err
	}
	d, err := s.Domains.Show(r.ctx, r.scope, domainID)
	if err != nil {
		return err
	}
	tracked, err := s.trackingOf(r, domainID)
	if err != nil {
		return err
	}
	return r.show(fiber.StatusOK, d.Unicode(), func(p layout.Page) view {
		p.Active = layout.NavDomains
		p.Breadcrumbs = []layout.Crumb{{Label: "Domains", URL: r.urls().Domains()}, {Label: d.Unicode()}}
		denied := r.denied(account.ManageDomains)
		return pages.DomainShow{
			Page: p, ID: d.ID.String(), Name: d.Unicode(), ASCII: d.Name, State: string(d.State), Reason: d.Reason, DNSHost: d.DNSHost,
			VerifiedAt: timeOrZero(d.VerifiedAt), RepairBy: d.RepairBy(), CheckedAt: timeOrZero(d.CheckedAt), NextCheckAt: d.NextCheckAt,
			Records: recordsOf(d), CheckDenied: denied, Tracking: tracked, Removable: true, RemoveDenied: denied,
		}
	})
}

func recordsOf(d domain.Detail) []pages.DNSRecord {
	records := make([]pages.DNSRecord, len(d.Records))
	for i, rec := range d.Records {
		records[i] = pages.DNSRecord{
			Purpose: string(rec.Purpose), Title: rec.Title, Why: rec.Why, Required: rec.Required,
			Type: rec.Type, Name: rec.Name, Host: rec.Host, Value: rec.Value,
			Verdict: string(rec.Verdict), Explanation: rec.Explanation, Seen: rec.Seen, CheckedAt: timeOrZero(rec.CheckedAt),
		}
	}
	return records
}
