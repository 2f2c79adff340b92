package cli

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"smtpserver/app/billing"
	"smtpserver/app/billing/stripe"
	"smtpserver/app/id"
	"smtpserver/app/store"
	"smtpserver/app/testkit/stripefake"
)

// verify holds our payments against Stripe's: one that is there and not here is wrong.
func TestVerifyAsksThePaymentProvider(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "x.db")
	s, err := store.Open(t.Context(), store.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	fake := stripefake.New(t, nil)
	environ := []string{"DATABASE_URL=" + url, "SMTPSERVER_STRIPE_SECRET_KEY=" + stripefake.Key, "SMTPSERVER_STRIPE_WEBHOOK_SECRET=whsec_x", "SMTPSERVER_STRIPE_API_URL=" + fake.URL}
	verify := func(want int, says string) {
		t.Helper()
		var out, errOut strings.Builder
		if code := Main([]string{"smtpserver", "verify", "--json"}, environ, &out, &errOut); code != want || !strings.Contains(out.String(), says) {
			t.Errorf("status %d: %s%s", code, out.String(), errOut.String())
		}
	}
	verify(0, `"payments":0`)
	p, err := stripe.New(stripe.Options{Key: stripefake.Key, URL: fake.URL, Server: "localhost"})
	if err != nil {
		t.Fatal(err)
	}
	customer, err := p.Customer(t.Context(), "a-0", id.New())
	if err != nil {
		t.Fatal(err)
	}
	page, err := p.KeepPage(t.Context(), "k", customer, "EUR", "https://mail.example.com/")
	if err != nil {
		t.Fatal(err)
	}
	if err := fake.Complete(stripefake.SessionOf(page), stripefake.Good); err != nil {
		t.Fatal(err)
	}
	card, err := p.Card(t.Context(), customer)
	if err != nil {
		t.Fatal(err)
	}
	o := billing.Order{Account: id.New(), Charge: id.New(), Label: "R-000001", Amount: 1785, Currency: "EUR", Customer: customer, Method: card.Method, Since: time.Now()}
	if _, err := p.Charge(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	verify(1, "17.85 EUR for charge "+string(o.Charge)+" that is not in this ledger")
}
