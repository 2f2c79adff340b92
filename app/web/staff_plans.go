package web

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/billing"
	"smtpserver/app/id"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// priceLines is how many currencies the editor of a plan has.
const priceLines = 4

func (r *request) seller() billing.Staff { return billing.Staff{ID: r.user.ID} }

// staffPlans lists what is sold.
func (s *Server) staffPlans(r *request) error {
	list, err := s.Billing.Plans(r.ctx, true)
	if err != nil {
		return err
	}
	on, err := s.Billing.OnPlans(r.ctx)
	if err != nil {
		return err
	}
	seller, err := s.Billing.Seller(r.ctx)
	if err != nil {
		return err
	}
	page := pages.StaffPlans{Seller: seller.Name}
	for _, p := range list {
		page.Rows = append(page.Rows, pages.StaffPlanRow{ID: p.ID.String(), Name: p.Name, About: p.About, Version: p.Version, Public: p.Public, Prices: planPrices(p), Accounts: on[p.ID]})
	}
	return r.showStaff(fiber.StatusOK, "Plans", layout.NavStaffPlans, []layout.Crumb{{Label: "Plans"}}, func(p layout.Page) view {
		page.Page = p
		return page
	})
}

// staffPlan is the editor of a plan, or of a new one.
func (s *Server) staffPlan(r *request) error {
	p := billing.Plan{Public: true, Offer: billing.Offer{Overage: billing.Stop}}
	if r.param("id") != "new" {
		planID, err := r.id()
		if err != nil {
			return err
		}
		if p, err = s.Billing.Plan(r.ctx, planID, 0); err != nil {
			return err
		}
	}
	return s.showPlan(r, fiber.StatusOK, priceForm(p), nil)
}

// staffPlanSave makes a plan, or the next version of one.
func (s *Server) staffPlanSave(r *request) error {
	typed, p, errs := s.typedPlan(r)
	if len(errs) > 0 {
		return s.showPlan(r, fiber.StatusUnprocessableEntity, typed, errs)
	}
	var err error
	if typed.ID == "" {
		_, err = s.Billing.AddPlan(r.ctx, r.seller(), p)
	} else {
		err = s.Billing.ChangePlan(r.ctx, r.seller(), p)
	}
	if status, errs, ok := refusal(err); ok {
		return s.showPlan(r, status, typed, errs)
	}
	if err != nil {
		return err
	}
	if err := r.flash(layout.Good, p.Name+" is saved."); err != nil {
		return err
	}
	return r.redirect(urls.StaffPlans)
}

func (s *Server) showPlan(r *request, status int, page pages.StaffPlanEdit, errs pages.Errors) error {
	page.Errors = errs
	if page.ID != "" {
		on, err := s.Billing.OnPlans(r.ctx)
		if err != nil {
			return err
		}
		page.Accounts = on[id.ID(page.ID)]
	}
	for len(page.Prices) < priceLines {
		page.Prices = append(page.Prices, pages.PriceFields{})
	}
	return r.showStaff(status, "Plan", layout.NavStaffPlans, []layout.Crumb{{Label: "Plans", URL: urls.StaffPlans}, {Label: "Plan"}}, func(p layout.Page) view {
		page.Page = p
		return page
	})
}

func priceForm(p billing.Plan) pages.StaffPlanEdit {
	f := pages.StaffPlanEdit{
		ID: p.ID.String(), Version: p.Version, Name: p.Name, About: p.About, Public: p.Public, Position: strconv.Itoa(p.Position), Overage: string(p.Overage), Own: p.Limits.OwnAddress,
		Trial: numberOr(int64(p.TrialDays), ""), Included: map[string]string{}, Limits: map[string]string{
			"contacts": numberOr(p.Limits.Contacts, ""), "domains": numberOr(p.Limits.Domains, ""), "members": numberOr(p.Limits.Members, ""),
			"per_minute": numberOr(int64(p.Limits.PerMinute), ""), "retention_days": numberOr(int64(p.Limits.RetentionDays), ""),
		},
	}
	for stream, n := range p.Included {
		f.Included[stream] = strconv.FormatInt(n, 10)
	}
	for _, c := range p.Currencies() {
		line := pages.PriceFields{Currency: c}
		if price, ok := p.Price(c, billing.Monthly); ok {
			line.Month, line.Overage = price.Amount.Plain(c), price.Overage.Plain(c)
		}
		if price, ok := p.Price(c, billing.Yearly); ok {
			line.Year, line.Overage = price.Amount.Plain(c), price.Overage.Plain(c)
		}
		f.Prices = append(f.Prices, line)
	}
	return f
}

// typedPlan reads the editor: what was typed, what it means, and what cannot be read.
func (s *Server) typedPlan(r *request) (f pages.StaffPlanEdit, p billing.Plan, errs pages.Errors) {
	errs = pages.Errors{}
	number := func(name, part string) (n int64) {
		text := strings.TrimSpace(r.post(name))
		if text == "" {
			return 0
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 || n > 1_000_000_000 {
			errs[part] = "Enter whole numbers from 0 on."
		}
		return n
	}
	f = pages.StaffPlanEdit{
		Name: r.post("name"), About: r.post("about"), Public: r.post("public") == "1", Position: r.post("position"), Overage: r.post("overage"), Trial: r.post("trial"), Own: r.post("own_address") == "1",
		Included: map[string]string{}, Limits: map[string]string{},
	}
	if r.param("id") != "new" {
		f.ID = r.param("id")
	}
	f.Version = int(number("version", ""))
	p = billing.Plan{ID: id.ID(f.ID), Version: f.Version, Public: f.Public, Position: int(number("position", "")), Offer: billing.Offer{
		Name: f.Name, About: f.About, Included: map[string]int64{}, Overage: billing.Overage(f.Overage), TrialDays: int(number("trial", "limits")),
		Limits: billing.Limits{Contacts: number("contacts", "limits"), Domains: number("domains", "limits"), Members: number("members", "limits"),
			PerMinute: int(number("per_minute", "limits")), RetentionDays: int(number("retention_days", "limits")), OwnAddress: r.post("own_address") == "1"},
	}}
	for _, name := range []string{"contacts", "domains", "members", "per_minute", "retention_days"} {
		f.Limits[name] = r.post(name)
	}
	for _, stream := range []string{"transactional", "broadcast"} {
		f.Included[stream] = r.post("included_" + stream)
		p.Included[stream] = number("included_"+stream, "included_"+stream)
	}
	for i := range priceLines {
		line := pages.PriceFields{Currency: strings.ToUpper(strings.TrimSpace(r.post("currency_" + strconv.Itoa(i)))), Month: r.post("month_" + strconv.Itoa(i)), Year: r.post("year_" + strconv.Itoa(i)), Overage: r.post("overage_" + strconv.Itoa(i))}
		f.Prices = append(f.Prices, line)
		prices, ok := typedPrices(line)
		if !ok {
			errs["prices"] = "A price is a currency such as EUR and amounts like 15 or 15.00, with no more decimals than the currency has."
		}
		p.Prices = append(p.Prices, prices...)
	}
	return f, p, errs
}

func typedPrices(line pages.PriceFields) (prices []billing.Price, ok bool) {
	if line == (pages.PriceFields{}) {
		return nil, true
	}
	var overage billing.Money
	if line.Overage != "" {
		if overage, ok = billing.ParseMoney(line.Overage, line.Currency); !ok {
			return nil, false
		}
	}
	for _, typed := range []struct {
		text  string
		every billing.Interval
	}{{line.Month, billing.Monthly}, {line.Year, billing.Yearly}} {
		if typed.text == "" {
			continue
		}
		amount, ok := billing.ParseMoney(typed.text, line.Currency)
		if !ok {
			return nil, false
		}
		prices = append(prices, billing.Price{Currency: line.Currency, Interval: typed.every, Amount: amount, Overage: overage})
	}
	return prices, len(prices) > 0
}
