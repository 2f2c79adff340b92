package cli

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/billing"
	"smtpserver/app/billing/stripe"
	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/testkit/seed"
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

// A tampered number of a domain's usage ends verify with status 1, and it is named.
func TestVerifyPrintsAMiscount(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "x.db")
	s, err := store.Open(t.Context(), store.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	a := seed.NewAccount(t, s, "Alpha")
	seed.Messages(t, s, a, message.Broadcast, "one.example", 4)
	verify := func() (code int, said string) {
		var out, errOut strings.Builder
		code = Main([]string{"smtpserver", "verify"}, []string{"DATABASE_URL=" + url}, &out, &errOut)
		return code, out.String() + errOut.String()
	}
	if code, said := verify(); code != 0 || strings.Contains(said, "WRONG") {
		t.Errorf("status %d: %s", code, said)
	}
	err = s.SystemWrite(t.Context(), "tamper in a test", func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec("UPDATE domain_days SET accepted = 9").Error
	})
	if err != nil {
		t.Fatal(err)
	}
	if code, said := verify(); code != 1 || !strings.Contains(said, "WRONG "+string(a.ID)+" domain alpha.example counts 9 broadcast deliveries on ") || !strings.Contains(said, ", there are 4\n") {
		t.Errorf("status %d: %s", code, said)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
