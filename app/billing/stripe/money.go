package stripe

import (
	"fmt"
	"slices"
	"strings"

	api "github.com/stripe/stripe-go/v85"

	"smtpserver/app/billing"
)

// Stripe counts in the smallest unit of a currency as ISO 4217 does, with two exceptions:
// it keeps two decimals, always 00, for some that have none by now, and of currencies with
// three decimals the last must be 0.
// https://docs.stripe.com/currencies#special-cases
var (
	padded = []string{"ISK", "UGX"}
	three  = []string{"BHD", "JOD", "KWD", "OMR", "TND"}
)

// toStripe is an amount as Stripe counts it.
func toStripe(m billing.Money, currency string) (amount int64, code string, err error) {
	amount, code = int64(m), strings.ToLower(currency)
	if slices.Contains(padded, currency) {
		amount *= 100
	}
	if slices.Contains(three, currency) && amount%10 != 0 {
		return 0, code, fmt.Errorf("stripe: %w: it takes no amount of %s in units of a thousandth", billing.ErrRefused, currency)
	}
	return amount, code, nil
}

// fromStripe is an amount as we count it.
func fromStripe(amount int64, code api.Currency) (billing.Money, string) {
	currency := strings.ToUpper(string(code))
	if slices.Contains(padded, currency) {
		amount /= 100
	}
	return billing.Money(amount), currency
}
