package web

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/billing"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// pricing is the public price list.
func (s *Server) pricing(r *request) error {
	list, err := s.Billing.Plans(r.ctx, false)
	if err != nil {
		return err
	}
	currencies := currenciesOf(list)
	page := pages.Pricing{Currencies: currencies, Currency: chosen(currencies, r.query("currency"))}
	page.Plans = planCards(list, page.Currency)
	return r.show(fiber.StatusOK, "Prices", func(p layout.Page) view {
		page.Page = p
		return page
	})
}

func currenciesOf(list []billing.Plan) (out []string) {
	for _, p := range list {
		for _, c := range p.Currencies() {
			if !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	}
	return out
}

// chosen is what was asked for when it is offered, and the first otherwise.
func chosen(offered []string, asked string) string {
	switch {
	case slices.Contains(offered, asked):
		return asked
	case len(offered) > 0:
		return offered[0]
	}
	return ""
}

// planCards are the plans that are sold in a currency.
func planCards(list []billing.Plan, currency string) (cards []pages.PlanCard) {
	for _, p := range list {
		if card := planCard(p, currency); len(card.Prices) > 0 {
			cards = append(cards, card)
		}
	}
	return cards
}

func planCard(p billing.Plan, currency string) pages.PlanCard {
	card := pages.PlanCard{ID: p.ID.String(), Name: p.Name, About: p.About, Trial: p.TrialDays}
	for _, price := range p.Prices {
		if price.Currency != currency {
			continue
		}
		card.Prices = append(card.Prices, pages.PlanPrice{Currency: currency, Interval: string(price.Interval), Amount: price.Amount.Format(currency)})
	}
	card.Points = planPoints(p, currency)
	return card
}

// planPoints says what a plan holds, a line each.
func planPoints(p billing.Plan, currency string) (points []string) {
	add := func(n int64, one, many string) {
		if n > 0 {
			points = append(points, components.Plural(n, one, many))
		}
	}
	add(p.Included["transactional"], "transactional mail a month", "transactional mails a month")
	add(p.Included["broadcast"], "newsletter mail a month", "newsletter mails a month")
	if price, ok := p.Price(currency, billing.Monthly); ok && p.Overage == billing.Charge {
		points = append(points, price.Overage.Format(currency)+" for each thousand more")
	} else if p.Overage == billing.Stop {
		points = append(points, "Never a surprise: sending stops there")
	}
	add(p.Limits.Contacts, "contact", "contacts")
	add(p.Limits.Domains, "sending domain", "sending domains")
	add(p.Limits.Members, "person in the account", "people in the account")
	if p.Limits.RetentionDays > 0 {
		points = append(points, "Content kept for "+components.Plural(int64(p.Limits.RetentionDays), "day", "days"))
	}
	if p.Limits.OwnAddress {
		points = append(points, "A sending address of your own")
	}
	return points
}

const invoicesPerPage = 24

// billingShow shows the account's plan, what it used and its invoices.
func (s *Server) billingShow(r *request) error {
	return s.showBilling(r, fiber.StatusOK, pages.BillingShow{})
}

func (s *Server) showBilling(r *request, status int, page pages.BillingShow) error {
	page.Denied = r.denied(account.ManageBilling)
	sub, found, err := s.Billing.Subscription(r.ctx, r.scope)
	if err != nil {
		return err
	}
	list, err := s.Billing.Plans(r.ctx, false)
	if err != nil {
		return err
	}
	running := found && sub.EndedOn == ""
	page.Choices = currenciesOf(list)
	page.Currency = chosen(page.Choices, r.query("currency"))
	if running {
		page.Currency, page.Fixed = sub.Currency, true
		if err := s.addPlan(r, sub, &page); err != nil {
			return err
		}
	}
	for _, card := range planCards(list, page.Currency) {
		if page.Plan == nil || card.ID != page.Plan.ID || len(card.Prices) > 1 {
			page.Plans = append(page.Plans, card)
		}
	}
	if err := s.addInvoices(r, &page); err != nil {
		return err
	}
	if err := s.addPayment(r, &page); err != nil {
		return err
	}
	return r.show(status, "Billing", func(p layout.Page) view {
		p.Active = layout.NavBilling
		page.Page = p
		return page
	})
}

func (s *Server) addPlan(r *request, sub billing.Subscription, page *pages.BillingShow) error {
	card := planCard(sub.Plan, sub.Currency)
	page.Plan, page.Period, page.Ends = &card, sub.Period.String(), sub.Ends
	if price, ok := sub.Plan.Price(sub.Currency, sub.Interval); ok {
		page.Price = price.Amount.Format(sub.Currency) + " a " + string(sub.Interval)
	}
	end := sub.Period.End.Long()
	switch {
	case sub.Ends:
		page.Then = "It ends on " + end
	case sub.Next != nil:
		next, err := s.Billing.Plan(r.ctx, sub.Next.PlanID, sub.Next.Version)
		if err != nil {
			return err
		}
		page.Then = next.Name + " from " + end
	case sub.Trial:
		page.Then = "The trial is over and the first invoice comes on " + end
	default:
		page.Then = "It goes on, with an invoice on " + end
	}
	if err := s.addCaps(r, page); err != nil {
		return err
	}
	if err := s.addMoveAhead(r, page); err != nil {
		return err
	}
	used, err := s.Billing.UsedNow(r.ctx, r.scope, sub)
	for _, u := range used {
		row := pages.UsageRow{Stream: u.Stream, Used: u.Used, Included: u.Included}
		if u.Beyond > 0 {
			row.Beyond = u.Beyond.Format(sub.Currency)
		}
		page.Usage = append(page.Usage, row)
	}
	return err
}

func (s *Server) addInvoices(r *request, page *pages.BillingShow) error {
	list, err := s.Billing.Invoices(r.ctx, r.scope, idOrNone(r.query("before")), invoicesPerPage+1)
	if err != nil {
		return err
	}
	if len(list) > invoicesPerPage {
		list = list[:invoicesPerPage]
		page.Pager = components.Pager{Older: urls.WithQuery(r.urls().Billing(), "before", list[len(list)-1].ID.String())}
	}
	for _, i := range list {
		page.Invoices = append(page.Invoices, s.invoiceRow(i))
	}
	behind, err := s.Billing.Standing(r.ctx, r.scope)
	if err != nil || behind.Invoice.ID.IsZero() {
		return err
	}
	page.Behind = behind.Invoice.Label + " is overdue: " + behind.Invoice.Open().Format(behind.Invoice.Currency) + " was payable by " + behind.Invoice.DueOn.Long() + "."
	switch {
	case behind.Step.Pauses(false):
		page.Behind += " No mail of this account is accepted until it is paid."
	case behind.Step.Pauses(true):
		page.Behind += " Broadcast mail waits until it is paid; transactional mail goes on."
	}
	return nil
}

func (s *Server) invoiceRow(i billing.Invoice) pages.InvoiceRow {
	row := pages.InvoiceRow{
		ID: i.ID.String(), Label: i.Label, Kind: string(i.Kind), State: "paid", IssuedOn: i.IssuedOn.Long(), DueOn: i.DueOn.Long(), Total: i.Gross.Format(i.Currency), Open: "–",
	}
	switch {
	case i.Kind == billing.CreditNote:
		row.State = "credit"
	case i.Open() > 0 && i.DueOn < billing.DateOf(s.Clock.Now()):
		row.State = "overdue"
	case i.Open() > 0:
		row.State = "open"
	}
	if i.Kind == billing.Bill && i.Open() != 0 {
		row.Open = i.Open().Format(i.Currency)
	}
	return row
}

// billingChoose puts the account on a plan.
func (s *Server) billingChoose(r *request) error {
	planID, every := id.ID(r.post("plan")), billing.Interval(r.post("every"))
	if !isText(string(planID)) || !isText(r.post("currency")) {
		return fault.New(fault.Invalid, "This plan is not sold like that.")
	}
	return s.afterBilling(r, s.Billing.Choose(r.ctx, r.scope, planID, r.post("currency"), every), "Your plan is changed.")
}

// billingCancel lets the plan end with its period.
func (s *Server) billingCancel(r *request) error {
	return s.afterBilling(r, s.Billing.Cancel(r.ctx, r.scope), "Your plan ends with its period.")
}

// billingKeep takes that back.
func (s *Server) billingKeep(r *request) error {
	return s.afterBilling(r, s.Billing.Keep(r.ctx, r.scope), "Your plan goes on.")
}

func (s *Server) afterBilling(r *request, err error, done string) error {
	switch {
	case fault.Is(err, fault.Unavailable):
		s.Log.Warn("the payment provider could not be asked", "reference", r.reference, "error", err)
		return s.showBilling(r, fiber.StatusServiceUnavailable, pages.BillingShow{Problem: fault.SafeText(err)})
	case fault.Is(err, fault.Invalid), fault.Is(err, fault.Conflict):
		return s.showBilling(r, fiber.StatusUnprocessableEntity, pages.BillingShow{Problem: fault.SafeText(err)})
	case err != nil:
		return err
	}
	if err := r.flash(layout.Good, done); err != nil {
		return err
	}
	return r.redirect(r.urls().Billing())
}

func (s *Server) addCaps(r *request, page *pages.BillingShow) error {
	if page.Caps != nil { // what was typed
		return nil
	}
	caps, err := s.Billing.Caps(r.ctx, r.scope)
	page.Caps = map[string]string{}
	for stream, n := range caps {
		page.Caps[stream] = strconv.FormatInt(n, 10)
	}
	return err
}

// billingCaps sets what the account lets itself send at most.
func (s *Server) billingCaps(r *request) error {
	typed, errs, caps := map[string]string{}, pages.Errors{}, map[string]int64{}
	for _, stream := range []string{"transactional", "broadcast"} {
		typed[stream] = strings.TrimSpace(r.post("cap_" + stream))
		n, err := strconv.ParseInt(cmp.Or(typed[stream], "-1"), 10, 64)
		if caps[stream] = n; err != nil || typed[stream] != "" && n < 0 || n > 1_000_000_000 {
			errs["cap_"+stream] = "A whole number up to 1,000,000,000, or nothing."
		}
	}
	if len(errs) > 0 {
		return s.showBilling(r, fiber.StatusUnprocessableEntity, pages.BillingShow{Caps: typed, Errors: errs})
	}
	for stream, n := range caps {
		if err := s.Billing.SetCap(r.ctx, r.scope, stream, n); err != nil {
			return err
		}
	}
	return s.afterBilling(r, nil, "Your caps are saved.")
}

// billingPaper gives an invoice as it was issued.
func (s *Server) billingPaper(r *request) error {
	invoiceID, err := r.id()
	if err != nil {
		return err
	}
	label, pdf, err := s.Billing.Paper(r.ctx, r.scope, invoiceID)
	if err != nil {
		return err
	}
	return r.attach(label+".pdf", "application/pdf", pdf)
}

// planPrices writes what a plan costs, a price each.
func planPrices(p billing.Plan) (out []string) {
	for _, price := range p.Prices {
		out = append(out, price.Amount.Format(price.Currency)+" a "+string(price.Interval))
	}
	return out
}

func numberOr(n int64, empty string) string {
	if n == 0 {
		return empty
	}
	return strconv.FormatInt(n, 10)
}
