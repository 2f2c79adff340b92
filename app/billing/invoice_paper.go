package billing

import (
	"strconv"
	"strings"

	"smtpserver/app/account"
	"smtpserver/app/paper"
)

// title is what the paper is called.
func (i Invoice) title() string {
	if i.Kind == CreditNote {
		return "Credit note " + i.Label
	}
	return "Invoice " + i.Label
}

// PDF prints the paper: the same invoice is always the same octets.
func (i Invoice) PDF() ([]byte, error) {
	c := i.Paper
	p := paper.New(i.title(), i.CreatedAt)
	facts := []paper.Fact{{Label: "From", Value: i.party(c.Seller.Party)}, {Label: "To", Value: i.party(c.Buyer)}, {Label: "Date", Value: i.IssuedOn.Long()}}
	if i.Kind == Bill {
		facts = append(facts, paper.Fact{Label: "Time of supply", Value: i.Period.String()}, paper.Fact{Label: "Payable by", Value: i.DueOn.Long()})
	} else {
		facts = append(facts, paper.Fact{Label: "To invoice", Value: c.About}, paper.Fact{Label: "Reason", Value: c.Reason})
	}
	p.Facts(facts...)
	p.Table([]paper.Column{{Head: "Position", Share: 52}, {Head: "Quantity", Share: 12, Right: true}, {Head: "Each", Share: 18, Right: true}, {Head: "Amount", Share: 18, Right: true}}, i.rows())
	p.Facts(
		paper.Fact{Label: "Net", Value: i.Net.Format(i.Currency)},
		paper.Fact{Label: i.taxLabel(), Value: i.Tax.Format(i.Currency)},
		paper.Fact{Label: "Total", Value: i.Gross.Format(i.Currency)},
	)
	if c.Treatment.Note != "" {
		p.Text(c.Treatment.Note)
	}
	if i.Kind == Bill && i.Gross > 0 && c.Seller.Bank != "" {
		p.Heading("Payment")
		p.Text("Please name " + i.Label + ".")
		for line := range strings.Lines(c.Seller.Bank) {
			p.Text(strings.TrimSpace(line))
		}
	}
	return p.Bytes()
}

func (i Invoice) party(p Party) string {
	lines := p.Lines(account.CountryName)
	if p.TaxNumber != "" {
		lines = append(lines, "Tax number "+p.TaxNumber)
	}
	return strings.Join(lines, "\n")
}

func (i Invoice) rows() [][]string {
	rows := make([][]string, len(i.Paper.Lines))
	for n, l := range i.Paper.Lines {
		rows[n] = []string{l.Text, strconv.FormatInt(l.Quantity, 10), l.Each.Format(i.Currency), l.Amount.Format(i.Currency)}
	}
	return rows
}

func (i Invoice) taxLabel() string {
	t := i.Paper.Treatment
	if t.Rate == 0 {
		return "Tax"
	}
	return "Tax, " + account.CountryName(t.Country) + ", " + t.Percent()
}
