package pages

import (
	"cmp"

	"smtpserver/views/components"
	"smtpserver/views/urls"
)

func (v BillingShow) sentence() string {
	switch {
	case v.Plan == nil && len(v.Plans) == 0:
		return "This account is on no plan, and none is sold here yet."
	case v.Plan == nil:
		return "This account is on no plan yet."
	case v.Ends:
		return "You are on " + v.Plan.Name + ", which ends with this period."
	}
	return "You are on " + v.Plan.Name + "."
}

// keeps says what is known of the card and what it does.
func (p PaymentPanel) keeps() string {
	switch {
	case p.Card == "":
		return "No card is kept. Invoices can be paid by bank transfer, or by a card that pays each of them by itself."
	case p.Expired:
		return p.Card + " has expired. Please replace it."
	case p.Automatic:
		return p.Card + " pays each invoice by itself."
	}
	return p.Card + " is kept and is asked only when you say so."
}

func (d DueRow) word() string {
	return map[string]string{"waiting": "Under way", "refused": "Refused", "confirm": "To confirm", "contested": "Contested"}[d.State]
}

func (d DueRow) tone() string {
	return map[string]string{"waiting": "tone-waiting", "refused": "tone-bad", "confirm": "tone-warn", "contested": "tone-bad"}[d.State]
}

func (r RefundRow) what() string {
	if r.Note == "" {
		return "Paid back"
	}
	return "Paid back for " + r.Note
}

func tryTone(state string) string {
	return map[string]string{"paid": "tone-good", "failed": "tone-bad", "done": "tone-good"}[state]
}

func (v StaffPlanEdit) title() string {
	if v.ID == "" {
		return "New plan"
	}
	return v.Name
}

func (v StaffInvoice) settled() string {
	if v.Row.State == "paid" {
		return "Nothing is open."
	}
	return v.Row.Open + " is open."
}

func orNew(id string) string { return cmp.Or(id, "new") }

func staffPaper(id string) string { return urls.StaffInvoice(id, "invoice.pdf") }

func (v StaffSeller) field(name, label string, required bool) components.Field {
	return components.Field{Name: name, Label: label, Value: v.Values[name], Required: required, Optional: !required}.With(v.Errors, sellerOrder...)
}

func (v StaffSeller) hinted(name, label, hint string) components.Field {
	f := v.field(name, label, false)
	f.Hint = hint
	return f
}

func (v StaffSeller) lines(name, label, hint string) components.Field {
	f := v.hinted(name, label, hint)
	f.Rows = 4
	return f
}

func (v StaffInvoice) field(name, label, hint string) components.Field {
	return components.Field{Name: name, Label: label, Value: v.Typed[name], Hint: hint}.With(v.Errors, paymentOrder...)
}

func (v StaffInvoice) day() components.Field {
	f := v.field("received_on", "Day", "")
	f.Type = "date"
	return f
}

func (p PlanCard) begin() string {
	if p.Trial > 0 {
		return "Try " + p.Name + " for " + components.Plural(int64(p.Trial), "day", "days")
	}
	return "Begin with " + p.Name
}

// part is how much of what is included was used, in per cent.
func (u UsageRow) part() int {
	return int(min(100*u.Used/max(u.Included, 1), 100))
}

func (u UsageRow) share() string {
	return components.Percent(min(u.Used, u.Included), max(u.Included, 1)) + " of the included " + u.Stream + " mail used"
}
