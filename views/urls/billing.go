package urls

// Pricing is the public price list.
const Pricing = "/pricing"

// What staff sell, and who does.
const (
	StaffPlans    = Staff + "/plans"
	StaffSeller   = Staff + "/seller"
	StaffInvoices = Staff + "/invoices"
)

// StaffPlan is one plan's editor; "new" begins one.
func StaffPlan(id string) string { return join(StaffPlans, id) }

// StaffInvoice is one invoice as staff see it; part is an action (POST) or the paper.
func StaffInvoice(id string, part ...string) string {
	return join(StaffInvoices+"/"+join("", id)[1:], part...)
}

// Billing is the account's plan, usage and invoices.
func (a Account) Billing() string { return a.page("billing") }

// BillingUsage is what was used by day and domain.
func (a Account) BillingUsage() string { return a.page("billing", "usage") }

// BillingAct is an action there (POST): choose, cancel or keep.
func (a Account) BillingAct(act string) string { return a.page("billing", act) }

// BillingReturn is where who was on the payment provider's page comes back to.
func (a Account) BillingReturn() string { return a.page("billing", "return") }

// InvoicePay leads to the page on which an invoice is paid (POST).
func (a Account) InvoicePay(id string) string { return a.page("billing", "invoices", id, "pay") }

// InvoicePaper downloads an invoice.
func (a Account) InvoicePaper(id string) string {
	return a.page("billing", "invoices", id, "invoice.pdf")
}
