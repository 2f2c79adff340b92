package pages

import (
	"time"

	"smtpserver/views/components"
	"smtpserver/views/layout"
)

// PlanPrice is what a plan costs in one currency and interval.
type PlanPrice struct {
	Currency, Interval, Amount, Each string // Each: "" or what a thousand more costs
}

// PlanCard is a plan on the price list.
type PlanCard struct {
	ID, Name, About string
	Prices          []PlanPrice // of the shown currency
	Points          []string    // what it holds, a line each
	Trial           int         // days
	Current, Next   bool
}

// Pricing is the public price list.
type Pricing struct {
	layout.Page
	Currency   string
	Currencies []string
	Plans      []PlanCard
}

// UsageRow is what was used of a stream.
type UsageRow struct {
	Stream         string
	Used, Included int64
	Beyond         string // what goes beyond costs this so far; ""
}

// InvoiceRow is one line of a list of invoices.
type InvoiceRow struct {
	ID, Label, Kind, State string // paid, open, overdue, credit
	Account, AccountURL    string // for staff
	IssuedOn, DueOn        string
	Total, Open            string
}

// BillingShow is the account's plan, usage and invoices.
type BillingShow struct {
	layout.Page
	Plan     *PlanCard // nil: none
	Price    string
	Period   string
	Then     string // what follows the period, in words
	Ends     bool
	Usage    []UsageRow
	Behind   string // "" or what is overdue and what follows
	Invoices []InvoiceRow
	Pager    components.Pager
	Plans    []PlanCard
	Currency string
	Fixed    bool // the currency is that of the running plan
	Choices  []string
	Problem  string
	Payment  *PaymentPanel     // nil: invoices are paid by hand
	Caps     map[string]string // typed, or what is set, by stream
	Errors   Errors
	Denied   string

	Ahead, AheadSummary string // a move to a newer version of the plan; "" none
}

// PaymentPanel is how the account pays by card.
type PaymentPanel struct {
	Card      string // "Visa ending in 4242"; "" when none is kept
	Expires   string // "April 2040"
	Expired   bool
	Automatic bool
	Due       []DueRow
}

// DueRow is an open invoice with what became of asking the card.
type DueRow struct {
	ID, Label, Open string
	State           string // waiting, refused, confirm, contested, due
	Sentence        string
	Button          string
}

// StaffPlanRow is a plan in the back office.
type StaffPlanRow struct {
	ID, Name, About string
	Version         int
	Public          bool
	Prices          []string
	Accounts        int64
}

// StaffPlans lists what is sold.
type StaffPlans struct {
	layout.Page
	Rows   []StaffPlanRow
	Seller string // "" until it was entered
}

// PriceFields are the typed prices of one currency.
type PriceFields struct{ Currency, Month, Year, Overage string }

// StaffPlanEdit makes a plan or its next version.
type StaffPlanEdit struct {
	layout.Page
	ID       string // "" for a new one
	Version  int
	Name     string
	About    string
	Public   bool
	Position string
	Prices   []PriceFields
	Included map[string]string
	Overage  string
	Limits   map[string]string
	Own      bool
	Trial    string
	Accounts int64 // on older versions
	Errors   Errors
}

// StaffSeller is who sells.
type StaffSeller struct {
	layout.Page
	Values    map[string]string
	Countries []components.Option
	Required  bool
	Errors    Errors
}

// StaffInvoices lists invoices of all accounts.
type StaffInvoices struct {
	layout.Page
	State string
	Rows  []InvoiceRow
	Pager components.Pager
}

// PaymentRow is money that came or went.
type PaymentRow struct {
	On, Method, Reference, Amount string
	At                            time.Time
}

// InvoiceLine is one position.
type InvoiceLine struct{ Text, Quantity, Each, Amount string }

// StaffInvoice is one invoice with what was paid.
type StaffInvoice struct {
	layout.Page
	Row           InvoiceRow
	Lines         []InvoiceLine
	Net, Tax      string
	TaxLabel      string
	Note          string
	About, Reason string
	Buyer         []string
	Payments      []PaymentRow
	Notes         []InvoiceRow
	ByCard        bool // something was paid by card, which can go back there
	Tries         []CardTry
	Refunds       []RefundRow
	Disputes      []DisputeRow
	Typed         map[string]string
	Methods       []components.Option
	Errors        Errors
}

// CardTry is one time that a card was asked.
type CardTry struct{ At, Way, State, Word, Amount, Why, Reference string }

// RefundRow is money that went back to a card.
type RefundRow struct{ On, State, Word, Reason, Note, Reference, Amount string }

// DisputeRow is a payment that the card's owner contests.
type DisputeRow struct{ Sentence, Tone string }

var (
	capOrder      = []string{"cap_transactional", "cap_broadcast"}
	sellerOrder   = []string{"name", "street", "postcode", "city", "country", "tax_number", "email", "bank", "due_days", "rates"}
	planOrder     = []string{"name", "about", "prices", "included_transactional", "included_broadcast", "overage", "limits"}
	paymentOrder  = []string{"amount", "method", "reference", "received_on", "net", "reason", "refund", "refund_reason"}
	overageWays   = []components.Option{{Value: "stop", Label: "Sending stops", Hint: "Nothing more is accepted in that stream until the month is over."}, {Value: "charge", Label: "It goes on", Hint: "Each begun thousand costs what stands at the price."}}
	invoiceStates = []components.Option{{Value: "", Label: "All"}, {Value: "open", Label: "Open"}, {Value: "overdue", Label: "Overdue"}}
)
