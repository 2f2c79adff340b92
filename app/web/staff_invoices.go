package web

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"smtpserver/app/account"
	"smtpserver/app/billing"
	"smtpserver/app/fault"
	"smtpserver/views/components"
	"smtpserver/views/layout"
	"smtpserver/views/pages"
	"smtpserver/views/urls"
)

// staffInvoices lists what was billed to everybody.
func (s *Server) staffInvoices(r *request) error {
	state := r.query("state")
	list, err := s.Billing.All(r.ctx, billing.List(state), idOrNone(r.query("before")), invoicesPerPage+1)
	if err != nil {
		return err
	}
	page := pages.StaffInvoices{State: state}
	if len(list) > invoicesPerPage {
		list = list[:invoicesPerPage]
		page.Pager = components.Pager{Older: urls.WithQuery(urls.StaffInvoices, "state", state, "before", list[len(list)-1].ID.String())}
	}
	for _, i := range list {
		page.Rows = append(page.Rows, s.listedInvoice(i))
	}
	return r.showStaff(fiber.StatusOK, "Invoices", layout.NavStaffInvoices, []layout.Crumb{{Label: "Invoices"}}, func(p layout.Page) view {
		page.Page = p
		return page
	})
}

func (s *Server) listedInvoice(i billing.Listed) pages.InvoiceRow {
	row := s.invoiceRow(i.Invoice)
	row.Account, row.AccountURL = i.Account, urls.StaffAccount(i.AccountID.String())
	return row
}

// staffInvoice shows an invoice with what was paid.
func (s *Server) staffInvoice(r *request) error {
	return s.showInvoice(r, fiber.StatusOK, map[string]string{"received_on": string(billing.DateOf(s.Clock.Now())), "method": billing.ByTransfer}, nil)
}

// staffInvoicePaper gives it as it was issued.
func (s *Server) staffInvoicePaper(r *request) error {
	invoiceID, err := r.id()
	if err != nil {
		return err
	}
	label, pdf, err := s.Billing.PaperOf(r.ctx, invoiceID)
	if err != nil {
		return err
	}
	return r.attach(label+".pdf", "application/pdf", pdf)
}

// staffInvoicePay books money that came or went.
func (s *Server) staffInvoicePay(r *request) error {
	return s.onInvoice(r, "Booked.", []string{"amount", "method", "reference", "received_on"}, func(inv billing.Statement, typed map[string]string) (pages.Errors, error) {
		amount, back := strings.CutPrefix(strings.ReplaceAll(strings.TrimSpace(typed["amount"]), "−", "-"), "-")
		money, ok := billing.ParseMoney(amount, inv.Currency)
		if !ok {
			return pages.Errors{"amount": "An amount like " + billing.Money(1250).Plain("EUR") + "."}, nil
		}
		if back {
			money = -money
		}
		return nil, s.Billing.Pay(r.ctx, r.seller(), inv.AccountID, inv.ID, money, typed["method"], typed["reference"], billing.Date(typed["received_on"]))
	})
}

// staffInvoiceRefund pays back to the card.
func (s *Server) staffInvoiceRefund(r *request) error {
	return s.onInvoice(r, "It goes back to the card.", []string{"refund", "refund_reason"}, func(inv billing.Statement, typed map[string]string) (pages.Errors, error) {
		var amount billing.Money
		if text := strings.TrimSpace(typed["refund"]); text != "" {
			var ok bool
			if amount, ok = billing.ParseMoney(text, inv.Currency); !ok || amount == 0 {
				return pages.Errors{"refund": "An amount like 12.50, or nothing."}, nil
			}
		}
		err := s.Billing.Refund(r.ctx, r.seller(), inv.AccountID, inv.ID, amount, typed["refund_reason"])
		errs := pages.Errors{}
		for field, text := range fault.FieldsOf(err) { // the form beside has fields of these names
			errs[map[string]string{"amount": "refund", "reason": "refund_reason"}[field]] = text
		}
		if len(errs) > 0 {
			return errs, nil
		}
		return nil, err
	})
}

// staffInvoiceCredit issues a credit note, and pays it back to the card when asked to.
func (s *Server) staffInvoiceCredit(r *request) error {
	return s.onInvoice(r, "The credit note is issued.", []string{"net", "reason", "back"}, func(inv billing.Statement, typed map[string]string) (pages.Errors, error) {
		var net billing.Money
		if text := strings.TrimSpace(typed["net"]); text != "" {
			var ok bool
			if net, ok = billing.ParseMoney(text, inv.Currency); !ok || net == 0 {
				return pages.Errors{"net": "An amount like 12.50, or nothing."}, nil
			}
		}
		if typed["back"] == "1" {
			return nil, s.Billing.CreditBack(r.ctx, r.seller(), inv.AccountID, inv.ID, net, typed["reason"])
		}
		return nil, s.Billing.Credit(r.ctx, r.seller(), inv.AccountID, inv.ID, net, typed["reason"])
	})
}

func (s *Server) onInvoice(r *request, done string, fields []string, do func(billing.Statement, map[string]string) (pages.Errors, error)) error {
	invoiceID, err := r.id()
	if err != nil {
		return err
	}
	inv, err := s.Billing.Statement(r.ctx, invoiceID)
	if err != nil {
		return err
	}
	typed := map[string]string{}
	for _, name := range fields {
		if typed[name] = r.post(name); !isText(typed[name]) {
			return s.showInvoice(r, fiber.StatusUnprocessableEntity, typed, pages.Errors{name: "This cannot be read as text."})
		}
	}
	errs, err := do(inv, typed)
	if len(errs) > 0 {
		return s.showInvoice(r, fiber.StatusUnprocessableEntity, typed, errs)
	}
	if status, errs, ok := refusal(err); ok {
		return s.showInvoice(r, status, typed, errs)
	}
	if fault.Is(err, fault.Unavailable) || fault.Is(err, fault.Conflict) {
		s.Log.Warn("the payment provider could not be asked", "reference", r.reference, "error", err)
		if err := r.flash(layout.Warn, fault.SafeText(err)); err != nil {
			return err
		}
		return r.redirect(urls.StaffInvoice(inv.ID.String()))
	}
	if err != nil {
		return err
	}
	if err := r.flash(layout.Good, done); err != nil {
		return err
	}
	return r.redirect(urls.StaffInvoice(inv.ID.String()))
}

func (s *Server) showInvoice(r *request, status int, typed map[string]string, errs pages.Errors) error {
	invoiceID, err := r.id()
	if err != nil {
		return err
	}
	inv, err := s.Billing.Statement(r.ctx, invoiceID)
	if err != nil {
		return err
	}
	page := s.statement(inv)
	page.Typed, page.Errors = typed, errs
	for _, m := range billing.Methods {
		page.Methods = append(page.Methods, components.Option{Value: m, Label: m})
	}
	return r.showStaff(status, inv.Label, layout.NavStaffInvoices, []layout.Crumb{{Label: "Invoices", URL: urls.StaffInvoices}, {Label: inv.Label}}, func(p layout.Page) view {
		page.Page = p
		return page
	})
}

func (s *Server) statement(inv billing.Statement) pages.StaffInvoice {
	money := func(m billing.Money) string { return m.Format(inv.Currency) }
	page := pages.StaffInvoice{
		Row: s.listedInvoice(inv.Listed), Net: money(inv.Net), Tax: money(inv.Tax), TaxLabel: "Tax, " + inv.Paper.Treatment.Percent(), Note: inv.Paper.Treatment.Note,
		Buyer: inv.Paper.Buyer.Lines(account.CountryName), About: inv.Paper.About, Reason: inv.Paper.Reason,
	}
	for _, l := range inv.Paper.Lines {
		page.Lines = append(page.Lines, pages.InvoiceLine{Text: l.Text, Quantity: strconv.FormatInt(l.Quantity, 10), Each: money(l.Each), Amount: money(l.Amount)})
	}
	for _, p := range inv.Payments {
		page.Payments = append(page.Payments, pages.PaymentRow{On: p.ReceivedOn.Long(), Method: methodWords(p), Reference: cmp.Or(s.creditWords(p), p.Reference), Amount: money(p.Amount)})
	}
	for _, n := range inv.Notes {
		page.Notes = append(page.Notes, s.invoiceRow(n))
	}
	addCollected(&page, inv)
	return page
}

// creditWords says what the program's own booking of a credit is.
func (s *Server) creditWords(p billing.Payment) string {
	if p.Method != billing.ByCredit {
		return ""
	}
	if p.Amount < 0 {
		return "used for a later invoice"
	}
	return "left over from an earlier invoice"
}
