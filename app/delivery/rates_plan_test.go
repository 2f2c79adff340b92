package delivery

import (
	"context"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/audit"
	"smtpserver/app/billing"
	"smtpserver/app/clock"
	"smtpserver/app/id"
	"smtpserver/app/message"
	"smtpserver/app/store"
	"smtpserver/app/testkit/seed"
)

// billed takes the bill of the upgrade.
type billed struct{ billing.Mailer }

func (billed) Issued(context.Context, billing.Payer, billing.Invoice) error { return nil }

// What a plan says about the rate is what leaves: the account's mail goes evenly, all its
// streams and destinations together, the page says why it waits, another account's goes at
// once, and so does the rest after an upgrade.
func TestAPlansRateSlowsItsMail(t *testing.T) {
	eachTimed(t, func(t *testing.T, s *store.Store, c *clock.Fake) {
		ctx := t.Context()
		sold, staff := billing.New(s, billed{}, audit.New(s)), billing.Staff{ID: id.New()}
		if err := sold.SetSeller(ctx, staff, billing.Seller{Party: billing.Party{Name: "Mail & Co", Street: "Hafen 1", Postcode: "20457", City: "Hamburg", Country: "DE"}, DueDays: 14}); err != nil {
			t.Fatal(err)
		}
		sell := func(name string, price billing.Money, perMinute int) billing.Plan {
			p, err := sold.AddPlan(ctx, staff, billing.Plan{Public: true, Offer: billing.Offer{
				Name: name, Overage: billing.Stop, Included: map[string]int64{"transactional": 1000, "broadcast": 1000}, Limits: billing.Limits{PerMinute: perMinute},
				Prices: []billing.Price{{Currency: "EUR", Interval: billing.Monthly, Amount: price}},
			}})
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		slow, quick := sell("Slow", 0, 60), sell("Quick", 1000, 0)
		a, other := seed.NewAccount(t, s, "Alpha"), seed.NewAccount(t, s, "Beta")
		exec(t, s, `INSERT INTO account_profiles (account_id, legal_name, registration_number, tax_number, country, street, postcode, city, region, contact_name, billing_email, time_zone, language, updated_at)
			VALUES (?, 'Alpha GmbH', '', '', 'DE', 'Weg 2', '10115', 'Berlin', '', '', 'pay@alpha.example', 'UTC', 'en', ?)`, a.ID, s.Now())
		choose := func(p billing.Plan) {
			t.Helper()
			if err := sold.Choose(ctx, a.Scope, p.ID, "EUR", billing.Monthly); err != nil {
				t.Fatal(err)
			}
		}
		choose(slow)
		seed.Messages(t, s, a, message.Transactional, "one.example", 10)
		seed.Messages(t, s, a, message.Broadcast, "two.example", 10)
		last := seed.Messages(t, s, a, message.Broadcast, "two.example", 1)[0].Deliveries[0]
		seed.Messages(t, s, other, message.Broadcast, "one.example", 20)
		e, _ := newEngine(t, s, &scripted{}, t.TempDir())
		delivered := func(of seed.Account) (n int) {
			t.Helper()
			err := s.SystemRead(ctx, "test: count", func(_ context.Context, tx *gorm.DB) error {
				return tx.Raw("SELECT COUNT(*) FROM deliveries WHERE state = 'delivered' AND account_id = ?", of.ID).Scan(&n).Error
			})
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		left := func() (mine, others int) {
			t.Helper()
			for _, destination := range []string{"one.example", "two.example"} {
				if _, err := e.Run(ctx, destination); err != nil {
					t.Fatal(err)
				}
			}
			return delivered(a), delivered(other)
		}
		for second := 1; second <= 8; second++ {
			if mine, others := left(); mine != second || others != 20 {
				t.Fatalf("after %d seconds at one a second %d are delivered, %d of the other account", second, mine, others)
			}
			c.Advance(time.Second)
			e.renewed.set()
		}
		if words, err := NewBoard(s).Waits(ctx, last); err != nil || words != "Your plan's rate of 1 a second holds it back: it leaves about 12:00 UTC." {
			t.Errorf("it waits: %q, %v", words, err)
		}
		choose(quick)
		c.Advance(rateTime)
		e.renewed.set()
		if mine, _ := left(); mine != 21 {
			t.Errorf("after the upgrade %d of 21 are delivered", mine)
		}
	})
}
