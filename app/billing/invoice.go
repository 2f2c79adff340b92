package billing

import (
	"fmt"
	"time"

	"smtpserver/app/id"
)

// Kind tells bills from what takes them back.
type Kind string

// The kinds; each is a series of numbers of its own.
const (
	Bill       Kind = "invoice"
	CreditNote Kind = "credit_note"
)

// Line is one position of an invoice.
type Line struct {
	Text     string `json:"text"`
	Quantity int64  `json:"quantity"`
	Each     Money  `json:"each"`
	Amount   Money  `json:"amount"`
}

// Invoice is a bill or a credit note as it was issued. It never changes.
type Invoice struct {
	AccountID id.ID
	ID        id.ID
	Kind      Kind
	Number    int64 // in the series of its kind, without gaps
	Label     string
	RefersTo  id.ID // of a credit note: the bill it takes back, in part or whole
	IssuedOn  Date
	DueOn     Date
	Period    Period
	Currency  string
	Net       Money
	Tax       Money
	Gross     Money
	Paper     Contents
	CreatedAt time.Time

	Settled Money // credit notes and payments so far
}

// Contents is what stands on the paper beside the sums.
type Contents struct {
	Seller    Seller `json:"seller"`
	Buyer     Party  `json:"buyer"`
	Lines     []Line `json:"lines"`
	Treatment Tax    `json:"tax"`
	Reason    string `json:"reason,omitempty"` // of a credit note
	About     string `json:"about,omitempty"`  // of a credit note: the bill's label
}

// Open is what is still to be paid; negative is owed to the customer.
func (i Invoice) Open() Money { return i.Gross - i.Settled }

// label writes a number as it stands on the paper.
func (k Kind) label(n int64) string {
	if k == CreditNote {
		return fmt.Sprintf("C-%06d", n)
	}
	return fmt.Sprintf("R-%06d", n)
}

// draft is an invoice before it has a number.
func draft(kind Kind, accountID id.ID, currency string, on Date, p Period, c Contents) Invoice {
	inv := Invoice{AccountID: accountID, ID: id.New(), Kind: kind, IssuedOn: on, DueOn: on, Period: p, Currency: currency, Paper: c}
	if kind == Bill {
		inv.DueOn = on.Add(c.Seller.DueDays)
	}
	for _, l := range c.Lines {
		inv.Net += l.Amount
	}
	inv.Tax = c.Treatment.of(inv.Net) // once, on the sum: lines would round each for itself
	inv.Gross = inv.Net + inv.Tax
	return inv
}

// line is a position whose amount is its quantity.
func line(text string, quantity int64, each Money) Line {
	return Line{text, quantity, each, each * Money(quantity)}
}
