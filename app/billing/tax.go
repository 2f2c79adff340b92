package billing

import (
	"fmt"
	"slices"
	"strings"
)

// Party is a seller or buyer as an invoice names them.
type Party struct {
	Name      string `json:"name"`
	Street    string `json:"street"`
	Postcode  string `json:"postcode"`
	City      string `json:"city"`
	Region    string `json:"region"`
	Country   string `json:"country"` // ISO 3166-1 alpha-2
	TaxNumber string `json:"tax_number"`
	Email     string `json:"email"`
	Business  bool   `json:"business"`
}

// Lines are a party's address as on an envelope; the country's name stands last.
func (p Party) Lines(countryName func(string) string) []string {
	lines := []string{p.Name, p.Street, strings.TrimSpace(p.Postcode + " " + p.City), p.Region, countryName(p.Country)}
	return slices.DeleteFunc(lines, func(s string) bool { return s == "" })
}

// Seller is the operator, with what its invoices need.
type Seller struct {
	Party
	Bank    string         `json:"bank"`     // where to pay, as it stands on the invoice
	DueDays int            `json:"due_days"` // how long an invoice may take
	Rates   map[string]int `json:"rates"`    // of tax by country, in hundredths of a per cent
	// PlanRequired: who is on no plan cannot send.
	PlanRequired bool `json:"plan_required"`
}

// Tax is how an invoice is taxed.
type Tax struct {
	Rate    int    `json:"rate"` // hundredths of a per cent
	Country string `json:"country"`
	Reverse bool   `json:"reverse"` // the buyer owes it
	Note    string `json:"note"`    // what the invoice has to say about it
}

// unionMembers are the countries of the European Union, where one VAT directive holds.
var unionMembers = strings.Fields("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK")

func inUnion(country string) bool { return slices.Contains(unionMembers, country) }

// TaxOf says how the seller taxes what a buyer orders. Services sent electronically are
// supplied where a business is established (Directive 2006/112/EC, Article 44), and where
// a consumer lives (Article 58).
func (s Seller) TaxOf(buyer Party) Tax {
	business := buyer.Business && buyer.TaxNumber != ""
	switch {
	case s.TaxNumber == "" && len(s.Rates) == 0:
		return Tax{Note: "No tax is charged."}
	case buyer.Country == "" || buyer.Country == s.Country:
		return Tax{Rate: s.Rates[s.Country], Country: s.Country}
	case inUnion(s.Country) && inUnion(buyer.Country) && business:
		return Tax{Country: buyer.Country, Reverse: true, Note: "Reverse charge: the recipient of the service owes the tax (Article 196 of Directive 2006/112/EC)."}
	case inUnion(s.Country) && inUnion(buyer.Country):
		if rate, registered := s.Rates[buyer.Country]; registered {
			return Tax{Rate: rate, Country: buyer.Country}
		}
		return Tax{Rate: s.Rates[s.Country], Country: s.Country} // below the threshold of Article 59c
	case !business && s.Rates[buyer.Country] > 0: // registered there
		return Tax{Rate: s.Rates[buyer.Country], Country: buyer.Country}
	}
	return Tax{Country: buyer.Country, Note: "Not taxable in " + s.Country + ": the service is supplied where the recipient is established."}
}

// of is the tax on an amount.
func (t Tax) of(net Money) Money { return net.part(int64(t.Rate), 10_000) }

// Percent writes the rate: "19 %", "5.5 %".
func (t Tax) Percent() string {
	text := fmt.Sprintf("%d.%02d", t.Rate/100, t.Rate%100)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".") + " %"
}
