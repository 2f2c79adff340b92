package stripe

import (
	"context"
	"errors"
	"slices"
	"strings"

	api "github.com/stripe/stripe-go/v85"

	"smtpserver/app/billing"
)

// taxIDs are the kinds of tax numbers that businesses have outside of the European Union,
// as Stripe calls them. What is not here is on our own papers alone.
var taxIDs = map[string]string{
	"AU": "au_abn", "BR": "br_cnpj", "CA": "ca_bn", "CH": "ch_vat", "GB": "gb_vat", "IN": "in_gst", "IS": "is_vat", "JP": "jp_trn", "KR": "kr_brn",
	"MX": "mx_rfc", "NO": "no_vat", "NZ": "nz_gst", "SG": "sg_gst", "TR": "tr_tin", "UA": "ua_vat", "US": "us_ein", "ZA": "za_vat",
}

var union = strings.Fields("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK")

func taxIDKind(country string) string {
	if slices.Contains(union, country) {
		return "eu_vat"
	}
	return taxIDs[country]
}

// setTaxID makes a tax number the only one of a customer. One that Stripe does not take is
// no reason not to be paid: it was checked here, and stands on our invoices.
func (p *Provider) setTaxID(ctx context.Context, customer, country, number string) error {
	kind, there := taxIDKind(country), false
	number = strings.ReplaceAll(number, " ", "")
	for t, err := range p.api.V1TaxIDs.List(ctx, &api.TaxIDListParams{Customer: api.String(customer)}).All(ctx) {
		if err != nil {
			return explain(err)
		}
		if string(t.Type) == kind && strings.EqualFold(t.Value, number) && !there {
			there = true
			continue
		}
		if _, err := p.api.V1TaxIDs.Delete(ctx, t.ID, &api.TaxIDDeleteParams{Customer: api.String(customer)}); err != nil && !errors.Is(explain(err), billing.ErrRefused) {
			return explain(err)
		}
	}
	if there || kind == "" || number == "" {
		return nil
	}
	// No key: a number that was taken out and comes again is another thing.
	_, err := p.api.V1TaxIDs.Create(ctx, &api.TaxIDCreateParams{Customer: api.String(customer), Type: api.String(kind), Value: api.String(number)})
	if err = explainOrNil(err); errors.Is(err, billing.ErrRefused) {
		return nil
	}
	return err
}

func explainOrNil(err error) error {
	if err == nil {
		return nil
	}
	return explain(err)
}
