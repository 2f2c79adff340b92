package web

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/billing"
	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

var sellerFields = []string{"name", "street", "postcode", "city", "region", "country", "tax_number", "email", "bank", "due_days", "rates"}

// staffSeller shows who sells.
func (s *Server) staffSeller(r *request) error {
	d, err := s.Billing.Seller(r.ctx)
	if err != nil {
		return err
	}
	rates := make([]string, 0, len(d.Rates))
	for _, country := range slices.Sorted(maps.Keys(d.Rates)) {
		rates = append(rates, country+" "+strings.TrimSuffix(billing.Tax{Rate: d.Rates[country]}.Percent(), " %"))
	}
	return s.showSeller(r, fiber.StatusOK, map[string]string{
		"name": d.Name, "street": d.Street, "postcode": d.Postcode, "city": d.City, "region": d.Region, "country": d.Country, "tax_number": d.TaxNumber, "email": d.Email,
		"bank": d.Bank, "due_days": strconv.Itoa(d.DueDays), "rates": strings.Join(rates, "\n"),
	}, d.PlanRequired, nil)
}

// staffSellerSave stores it.
func (s *Server) staffSellerSave(r *request) error {
	values := map[string]string{}
	for _, name := range sellerFields {
		values[name] = r.post(name)
	}
	d := billing.Seller{Party: billing.Party{
		Name: values["name"], Street: values["street"], Postcode: values["postcode"], City: values["city"], Region: values["region"], Country: values["country"], TaxNumber: values["tax_number"], Email: values["email"],
	}, Bank: values["bank"], PlanRequired: r.post("required") == "1"}
	errs := pages.Errors{}
	days, err := strconv.Atoi(strings.TrimSpace(values["due_days"]))
	if d.DueDays = days; err != nil {
		errs["due_days"] = "A number of days, like 14."
	}
	if d.Rates, err = typedRates(values["rates"]); err != nil {
		errs["rates"] = "One country on each line, with the rate in per cent: DE 19"
	}
	if len(errs) > 0 {
		return s.showSeller(r, fiber.StatusUnprocessableEntity, values, d.PlanRequired, errs)
	}
	err = s.Billing.SetSeller(r.ctx, r.seller(), d)
	if status, errs, ok := refusal(err); ok {
		return s.showSeller(r, status, values, d.PlanRequired, errs)
	}
	if err != nil {
		return err
	}
	if err := r.flash(layout.Good, "Saved. It stands on the next invoice."); err != nil {
		return err
	}
	return r.redirect(urls.StaffSeller)
}

// typedRates reads lines of a country and a rate in per cent with at most two decimals.
func typedRates(text string) (map[string]int, error) {
	rates := map[string]int{}
	for line := range strings.Lines(text) {
		words := strings.Fields(strings.TrimSuffix(strings.TrimSpace(line), "%"))
		if len(words) == 0 {
			continue
		}
		if len(words) != 2 {
			return nil, fmt.Errorf("%d words", len(words))
		}
		whole, decimals, _ := strings.Cut(words[1], ".")
		if len(decimals) > 2 {
			return nil, fmt.Errorf("%d decimals", len(decimals))
		}
		rate, err := strconv.Atoi(whole + decimals + strings.Repeat("0", 2-len(decimals)))
		if err != nil {
			return nil, err
		}
		rates[strings.ToUpper(words[0])] = rate
	}
	return rates, nil
}

func (s *Server) showSeller(r *request, status int, values map[string]string, required bool, errs pages.Errors) error {
	page := pages.StaffSeller{Values: values, Required: required, Errors: errs, Countries: append([]components.Option{{Label: "Choose"}}, countryOptions()...)}
	return r.showStaff(status, "Who sells", layout.NavStaffPlans, []layout.Crumb{{Label: "Plans", URL: urls.StaffPlans}, {Label: "Who sells"}}, func(p layout.Page) view {
		page.Page = p
		return page
	})
}
