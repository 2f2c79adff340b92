package web

import (
	"github.com/gofiber/fiber/v2"

	"smtpserver/app/billing"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
)

// usageDays is what the page shows of an account without a plan.
const usageDays = 30

// billingUsage tells what was used in the present period, or the one before, by day,
// stream and domain.
func (s *Server) billingUsage(r *request) error {
	sub, found, err := s.Billing.Subscription(r.ctx, r.scope)
	if err != nil {
		return err
	}
	today := billing.DateOf(s.Clock.Now())
	period := billing.Period{Start: today.Add(1 - usageDays), End: today.Add(1)}
	if found && sub.EndedOn == "" {
		period = sub.Period
	}
	page := pages.BillingUsage{Before: r.query("period") == "before"}
	if page.Before {
		length := 0
		for day := period.Start; day < period.End; day = day.Add(1) {
			length++
		}
		period = billing.Period{Start: period.Start.Add(-length), End: period.Start}
	} else if period.End > today.Add(1) {
		period.End = today.Add(1) // what is still to come is no usage
	}
	days, domains, err := s.Billing.UsageBy(r.ctx, r.scope, period)
	if err != nil {
		return err
	}
	page.Period = period.String()
	for _, d := range days {
		page.Transactional += d.Transactional
		page.Broadcast += d.Broadcast
		page.Rows = append(page.Rows, pages.UsageLine{Name: d.Day, Transactional: d.Transactional, Broadcast: d.Broadcast})
	}
	for _, d := range domains {
		name := d.Name
		if name == "" {
			name = "a domain that was removed"
		}
		page.Domains = append(page.Domains, pages.UsageLine{Name: name, Transactional: d.Transactional, Broadcast: d.Broadcast})
	}
	return r.show(fiber.StatusOK, "Usage", func(p layout.Page) view {
		p.Active = layout.NavBilling
		page.Page = p.Under(layout.Crumb{Label: "Billing", URL: r.urls().Billing()}, layout.Crumb{Label: "Usage"})
		return page
	})
}
