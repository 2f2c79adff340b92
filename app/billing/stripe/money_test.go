package stripe

import (
	"errors"
	"testing"

	api "github.com/stripe/stripe-go/v85"

	"smtpserver/app/billing"
)

// Amounts are the same money here and there, in currencies of no, two and three decimals.
func TestMoney(t *testing.T) {
	for _, c := range []struct {
		amount   billing.Money
		currency string
		want     int64
	}{
		{1785, "EUR", 1785}, {-1, "USD", -1}, {500, "JPY", 500}, {500, "KRW", 500}, {500, "ISK", 50000}, {500, "UGX", 50000}, {1230, "KWD", 1230}, {123456, "HUF", 123456},
	} {
		got, code, err := toStripe(c.amount, c.currency)
		if err != nil || got != c.want {
			t.Errorf("%d %s is %d %s, %v", c.amount, c.currency, got, code, err)
		}
		if back, currency := fromStripe(got, api.Currency(code)); back != c.amount || currency != c.currency {
			t.Errorf("%d %s comes back as %d %s", c.amount, c.currency, back, currency)
		}
	}
	if _, _, err := toStripe(1231, "KWD"); !errors.Is(err, billing.ErrRefused) {
		t.Errorf("a thousandth of a dinar: %v", err)
	}
}
