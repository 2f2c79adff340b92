package stripe

import (
	"context"
	"fmt"
	"time"

	api "github.com/stripe/stripe-go/v85"

	"smtpserver/app/billing"
	"smtpserver/app/id"
)

// Customer implements billing.Provider.
func (p *Provider) Customer(ctx context.Context, once string, accountID id.ID) (string, error) {
	c, err := p.api.V1Customers.Create(ctx, &api.CustomerCreateParams{Params: key("customer", once), Metadata: p.ours(ofAccount, string(accountID))})
	if err != nil {
		return "", explain(err)
	}
	return c.ID, nil
}

// Describe implements billing.Provider.
func (p *Provider) Describe(ctx context.Context, customer string, d billing.Details) error {
	_, err := p.api.V1Customers.Update(ctx, customer, &api.CustomerUpdateParams{
		Name: api.String(d.Name), Email: api.String(d.Email),
		Address: &api.AddressParams{Line1: api.String(d.Street), PostalCode: api.String(d.Postcode), City: api.String(d.City), State: api.String(d.Region), Country: api.String(d.Country)},
	})
	if err != nil {
		return explain(err)
	}
	return p.setTaxID(ctx, customer, d.Country, d.TaxNumber)
}

// Forget implements billing.Provider.
func (p *Provider) Forget(ctx context.Context, customer string) error {
	if _, err := p.api.V1Customers.Delete(ctx, customer, nil); err != nil {
		return explain(err)
	}
	return nil
}

// KeepPage implements billing.Provider.
func (p *Provider) KeepPage(ctx context.Context, once, customer, currency, back string) (string, error) {
	_, code, err := toStripe(0, currency)
	if err != nil {
		return "", err
	}
	s, err := p.api.V1CheckoutSessions.Create(ctx, &api.CheckoutSessionCreateParams{
		Params: key("keep", once), Mode: api.String(string(api.CheckoutSessionModeSetup)), Customer: api.String(customer), Currency: api.String(code),
		PaymentMethodTypes: api.StringSlice([]string{"card"}), SuccessURL: api.String(back + "?session={CHECKOUT_SESSION_ID}"), CancelURL: api.String(back),
		Metadata: p.ours(),
	})
	if err != nil {
		return "", explain(err)
	}
	return s.URL, nil
}

// Kept implements billing.Provider.
func (p *Provider) Kept(ctx context.Context, session string) (k billing.Kept, err error) {
	get := &api.CheckoutSessionRetrieveParams{}
	get.AddExpand("setup_intent")
	get.AddExpand("payment_intent")
	s, err := p.api.V1CheckoutSessions.Retrieve(ctx, session, get)
	if err != nil {
		return k, explain(err)
	}
	k.At = time.Unix(s.Created, 0).UTC()
	if s.Customer != nil {
		k.Customer = s.Customer.ID
	}
	if s.Status != api.CheckoutSessionStatusComplete {
		return k, nil
	}
	switch {
	case s.SetupIntent != nil && s.SetupIntent.PaymentMethod != nil:
		k.Method = s.SetupIntent.PaymentMethod.ID
	case s.PaymentIntent != nil && s.PaymentIntent.Status == api.PaymentIntentStatusSucceeded && s.PaymentIntent.PaymentMethod != nil:
		k.Method = s.PaymentIntent.PaymentMethod.ID
	}
	return k, nil
}

// Prefer implements billing.Provider. To say it again changes nothing, so it needs no key
// of ours.
func (p *Provider) Prefer(ctx context.Context, customer, method string) error {
	_, err := p.api.V1Customers.Update(ctx, customer, &api.CustomerUpdateParams{InvoiceSettings: &api.CustomerUpdateInvoiceSettingsParams{DefaultPaymentMethod: api.String(method)}})
	if err != nil {
		return explain(err)
	}
	return nil
}

// Card implements billing.Provider.
func (p *Provider) Card(ctx context.Context, customer string) (card billing.Card, err error) {
	get := &api.CustomerRetrieveParams{}
	get.AddExpand("invoice_settings.default_payment_method")
	c, err := p.api.V1Customers.Retrieve(ctx, customer, get)
	if err != nil {
		return card, explain(err)
	}
	if c.Deleted {
		return card, fmt.Errorf("stripe: %w: the customer is deleted", billing.ErrRefused)
	}
	card.Customer = customer
	if c.InvoiceSettings != nil && c.InvoiceSettings.DefaultPaymentMethod != nil {
		describe(&card, c.InvoiceSettings.DefaultPaymentMethod)
		return card, nil
	}
	for m, err := range p.api.V1PaymentMethods.List(ctx, &api.PaymentMethodListParams{Customer: api.String(customer), Type: api.String("card")}).All(ctx) {
		if err != nil {
			return card, explain(err)
		}
		describe(&card, m) // the newest comes first
		break
	}
	return card, nil
}

func describe(card *billing.Card, m *api.PaymentMethod) {
	card.Method, card.Brand = m.ID, string(m.Type)
	if m.Card != nil {
		card.Brand, card.Last4, card.Expires = string(m.Card.Brand), m.Card.Last4, fmt.Sprintf("%04d-%02d", m.Card.ExpYear, m.Card.ExpMonth)
	}
}

// ManagePage implements billing.Provider.
func (p *Provider) ManagePage(ctx context.Context, customer, back string) (string, error) {
	configuration, err := p.portal(ctx)
	if err != nil {
		return "", err
	}
	s, err := p.api.V1BillingPortalSessions.Create(ctx, &api.BillingPortalSessionCreateParams{Customer: api.String(customer), Configuration: api.String(configuration), ReturnURL: api.String(back)})
	if err != nil {
		return "", explain(err)
	}
	return s.URL, nil
}

// cardsOnly names our configuration of the portal, in which cards can be managed and
// nothing else: plans, invoices and addresses are here.
const cardsOnly = "cards only"

func (p *Provider) portal(ctx context.Context) (string, error) {
	list := &api.BillingPortalConfigurationListParams{Active: api.Bool(true)}
	for c, err := range p.api.V1BillingPortalConfigurations.List(ctx, list).All(ctx) {
		if err != nil {
			return "", explain(err)
		}
		if c.Metadata[ofServer] == p.Server && c.Metadata["purpose"] == cardsOnly {
			return c.ID, nil
		}
	}
	c, err := p.api.V1BillingPortalConfigurations.Create(ctx, &api.BillingPortalConfigurationCreateParams{
		Params: key("portal", p.Server), Metadata: p.ours("purpose", cardsOnly),
		Features: &api.BillingPortalConfigurationCreateFeaturesParams{
			PaymentMethodUpdate: &api.BillingPortalConfigurationCreateFeaturesPaymentMethodUpdateParams{Enabled: api.Bool(true)},
			InvoiceHistory:      &api.BillingPortalConfigurationCreateFeaturesInvoiceHistoryParams{Enabled: api.Bool(false)},
		},
	})
	if err != nil {
		return "", explain(err)
	}
	return c.ID, nil
}
