package boot

import (
	"context"
	"fmt"

	"smtpserver/app/billing/stripe"
	"smtpserver/app/config"
)

// PaymentProvider is who collects by card; nil when invoices are paid by hand.
func PaymentProvider(c *config.Config) (*stripe.Provider, error) {
	if c.StripeKey == "" {
		return nil, nil
	}
	p, err := stripe.New(stripe.Options{Key: c.StripeKey, Secrets: c.StripeSecrets(), URL: c.StripeURL, Server: c.PublicHost()})
	if err != nil {
		return nil, fmt.Errorf("SMTPSERVER_STRIPE_SECRET_KEY: %w", err)
	}
	return p, nil
}

// examineStripe looks whether the key is good, and of the mode that fits the address.
func examineStripe(ctx context.Context, c *config.Config) []Finding {
	p, err := PaymentProvider(c)
	if err != nil {
		return []Finding{{Red, "stripe", err.Error(), "copy the secret key from Stripe's dashboard"}}
	}
	if p == nil {
		return []Finding{{Green, "stripe", "not used: invoices are paid by hand", ""}}
	}
	live, err := stripe.Live(c.StripeKey)
	if err == nil {
		err = p.Check(ctx)
	}
	switch {
	case err != nil:
		return []Finding{{Red, "stripe", err.Error(), "check SMTPSERVER_STRIPE_SECRET_KEY and that this machine reaches api.stripe.com; a restricted key needs to read the balance"}}
	case live && !c.HTTPS():
		return []Finding{{Red, "stripe", "answers, in live mode, but PUBLIC_URL is no https address: Stripe reports nothing there", "set SMTPSERVER_PUBLIC_URL to the https address, or use a test key"}}
	case !live && c.HTTPS():
		return []Finding{{Yellow, "stripe", "answers, in test mode: no real money moves", "use the live key and the live endpoint's secret to be paid"}}
	case live:
		return []Finding{{Green, "stripe", "answers, in live mode; its webhook endpoint is " + c.PublicURL + "/hooks/stripe", ""}}
	}
	return []Finding{{Green, "stripe", "answers, in test mode", ""}}
}
