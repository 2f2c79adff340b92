package billing_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/billing"
	"smtpserver/app/clock"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
	"smtpserver/app/store/storetest"
	"smtpserver/app/testkit/seed"
	"smtpserver/app/testkit/services"
	"smtpserver/app/testkit/stripefake"
)

// post counts what is mailed.
type post struct {
	sync.Mutex
	issued  []billing.Invoice
	overdue map[id.ID][]billing.Step
	used    []billing.Alert
	moved   []billing.MoveAhead
	refused []refusal
}

type refusal struct {
	billing.Invoice
	billing.Refusal
}

func (p *post) Issued(ctx context.Context, to billing.Payer, i billing.Invoice) error {
	if to.Mail == "" {
		return errors.New("to nobody")
	}
	store.AfterCommit(ctx, func() { // a mail whose transaction fails is none
		p.Lock()
		defer p.Unlock()
		p.issued = append(p.issued, i)
	})
	return nil
}

func (p *post) Overdue(_ context.Context, _ billing.Payer, i billing.Invoice, s billing.Step, _ billing.Date) error {
	p.Lock()
	defer p.Unlock()
	p.overdue[i.ID] = append(p.overdue[i.ID], s)
	return nil
}

func (p *post) Refused(ctx context.Context, to billing.Payer, i billing.Invoice, r billing.Refusal) error {
	if to.Mail == "" {
		return errors.New("to nobody")
	}
	store.AfterCommit(ctx, func() {
		p.Lock()
		defer p.Unlock()
		p.refused = append(p.refused, refusal{i, r})
	})
	return nil
}

func (p *post) Used(_ context.Context, _ billing.Payer, u billing.Alert) error {
	p.Lock()
	defer p.Unlock()
	p.used = append(p.used, u)
	return nil
}

func (p *post) Moved(_ context.Context, _ billing.Payer, m billing.MoveAhead) error {
	p.Lock()
	defer p.Unlock()
	p.moved = append(p.moved, m)
	return nil
}

// world is an operator with customers, in a time that we move.
type world struct {
	t     *testing.T
	clock *clock.Fake
	store *store.Store
	post  *post
	*billing.Service
	staff billing.Staff
	plans map[string]billing.Plan
	fake  *stripefake.Server // nil: invoices are paid by hand
}

func each(t *testing.T, fn func(*world)) {
	t.Helper()
	t.Parallel()
	for name, open := range map[string]func(testing.TB, clock.Clock) *store.Store{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := clock.NewFake(time.Date(2027, 1, 1, 9, 0, 0, 0, time.UTC))
			w := &world{t: t, clock: c, store: open(t, c), post: &post{overdue: map[id.ID][]billing.Step{}}, staff: billing.Staff{ID: id.New()}, plans: map[string]billing.Plan{}}
			w.Service = billing.New(w.store, w.post, audit.New(w.store))
			w.must(w.SetSeller(t.Context(), w.staff, billing.Seller{
				Party: billing.Party{Name: "Mail & Co", Street: "Hafen 1", Postcode: "20457", City: "Hamburg", Country: "DE"}, DueDays: 14, Bank: "IBAN DE00", Rates: map[string]int{"DE": 1900, "FR": 2000},
			}))
			for _, p := range []struct {
				name    string
				price   billing.Money
				overage billing.Overage
			}{{"Free", 0, billing.Stop}, {"Small", 1500, billing.Charge}, {"Large", 9900, billing.Charge}} {
				offer := billing.Offer{Name: p.name, Overage: p.overage, Included: map[string]int64{"transactional": 3000, "broadcast": 2000}}
				for _, currency := range []string{"EUR", "USD", "JPY"} {
					offer.Prices = append(offer.Prices,
						billing.Price{Currency: currency, Interval: billing.Monthly, Amount: p.price, Overage: p.price / 20},
						billing.Price{Currency: currency, Interval: billing.Yearly, Amount: 10 * p.price, Overage: p.price / 20})
				}
				if p.name == "Small" {
					offer.TrialDays = 14
				}
				made, err := w.AddPlan(t.Context(), w.staff, billing.Plan{Public: true, Offer: offer})
				w.must(err)
				w.plans[p.name] = made
			}
			fn(w)
		})
	}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) exec(sql string, args ...any) {
	w.t.Helper()
	w.must(w.store.SystemWrite(w.t.Context(), "test: fill", func(_ context.Context, tx *gorm.DB) error { return tx.Exec(sql, args...).Error }))
}

func (w *world) one(sql string, args ...any) (n int64) {
	w.t.Helper()
	w.must(w.store.SystemRead(w.t.Context(), "test: count", func(_ context.Context, tx *gorm.DB) error { return tx.Raw(sql, args...).Scan(&n).Error }))
	return n
}

func (w *world) customer(name, country, taxNumber string) seed.Account {
	a := seed.NewAccount(w.t, w.store, name)
	now := w.store.Now()
	w.exec(`INSERT INTO account_profiles (account_id, legal_name, registration_number, tax_number, country, street, postcode, city, region, contact_name, billing_email, time_zone, language, updated_at)
		VALUES (?,?,'',?,?,'Weg 2','10115','Berlin','','',?,'UTC','en',?)`, a.ID, name+" GmbH", taxNumber, country, "pay@"+a.Domain, now)
	return a
}

func (w *world) days(n int) { w.clock.Advance(time.Duration(n) * 24 * time.Hour) }

func (w *world) sweep() {
	w.t.Helper()
	w.must(w.TellMoves(w.t.Context()))
	w.must(w.Renew(w.t.Context()))
	w.must(w.Remind(w.t.Context()))
	w.must(w.TellUsage(w.t.Context()))
}

func (w *world) invoices(a account.Scope) []billing.Invoice {
	w.t.Helper()
	list, err := w.Invoices(w.t.Context(), a, "", 1000)
	w.must(err)
	return list
}

func (w *world) sound() {
	w.t.Helper()
	wrong, err := w.Verify(w.t.Context())
	w.must(err)
	for _, line := range wrong {
		w.t.Error(line)
	}
}

// A customer's way: trial, first bill, upgrade, payment, credit note, downgrade, end.
func TestLifeOfASubscription(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		a := w.customer("anna", "DE", "")
		w.must(w.Choose(ctx, a.Scope, w.plans["Small"].ID, "EUR", billing.Monthly))
		sub, _, err := w.Subscription(ctx, a.Scope)
		w.must(err)
		if !sub.Trial || sub.Period != (billing.Period{Start: "2027-01-01", End: "2027-01-15"}) || len(w.invoices(a.Scope)) != 0 {
			w.t.Fatalf("a trial: %+v", sub)
		}
		if err := w.Choose(ctx, a.Scope, w.plans["Small"].ID, "EUR", billing.Monthly); !fault.Is(err, fault.Conflict) && err != nil {
			w.t.Fatal(err)
		}
		w.days(14)
		w.sweep()
		w.sweep() // bills nothing twice
		bills := w.invoices(a.Scope)
		if len(bills) != 1 || bills[0].Net != 1500 || bills[0].Tax != 285 || bills[0].Gross != 1785 || bills[0].Label != "R-000001" || bills[0].DueOn != "2027-01-29" {
			w.t.Fatalf("the first bill: %+v", bills)
		}
		_, pdf, err := w.Paper(ctx, a.Scope, bills[0].ID)
		w.must(err)
		if again, err := bills[0].PDF(); err != nil || !bytes.Equal(pdf, again) || !bytes.HasPrefix(pdf, []byte("%PDF")) {
			w.t.Errorf("the stored paper is not the invoice's: %v", err)
		}
		w.must(w.Pay(ctx, w.staff, a.ID, bills[0].ID, 1785, billing.ByTransfer, "statement 7", "2027-01-15"))
		if err := w.Pay(ctx, w.staff, a.ID, bills[0].ID, 1785, billing.ByTransfer, "statement 7", "2027-01-15"); fault.FieldsOf(err)["reference"] == "" {
			w.t.Errorf("the same payment was booked twice: %v", err)
		}
		if err := w.Pay(ctx, w.staff, a.ID, bills[0].ID, -1786, billing.ByTransfer, "", "2027-01-15"); fault.FieldsOf(err)["amount"] == "" {
			w.t.Errorf("more was paid back than came: %v", err)
		}
		w.must(w.Choose(ctx, a.Scope, w.plans["Large"].ID, "EUR", billing.Monthly))
		up := w.invoices(a.Scope)[0]
		if up.Net != 8400 { // the whole month of each: it began today
			w.t.Errorf("the upgrade: %+v", up)
		}
		w.must(w.Credit(ctx, w.staff, a.ID, up.ID, 4200, "A gesture"))
		w.must(w.Credit(ctx, w.staff, a.ID, up.ID, 0, "The rest"))
		if err := w.Credit(ctx, w.staff, a.ID, up.ID, 0, "Once more"); fault.FieldsOf(err)["net"] == "" {
			w.t.Errorf("more was taken back than billed: %v", err)
		}
		if list := w.invoices(a.Scope); list[0].Label != "C-000002" || list[2].Open() != 0 {
			w.t.Errorf("%+v", list)
		}
		w.must(w.Choose(ctx, a.Scope, w.plans["Free"].ID, "EUR", billing.Monthly))
		if sub, _, _ = w.Subscription(ctx, a.Scope); sub.Plan.Name != "Large" || sub.Next == nil {
			w.t.Errorf("a downgrade waits for the period's end: %+v", sub)
		}
		w.days(31)
		w.sweep()
		if sub, _, _ = w.Subscription(ctx, a.Scope); sub.Plan.Name != "Free" || sub.Next != nil {
			w.t.Errorf("%+v", sub)
		}
		w.must(w.Cancel(ctx, a.Scope))
		w.days(31)
		w.sweep()
		if sub, _, _ = w.Subscription(ctx, a.Scope); sub.EndedOn == "" {
			w.t.Errorf("a cancelled plan ends: %+v", sub)
		}
		w.must(w.Choose(ctx, a.Scope, w.plans["Small"].ID, "EUR", billing.Monthly)) // no second trial
		if sub, _, _ = w.Subscription(ctx, a.Scope); sub.Trial || sub.EndedOn != "" {
			w.t.Errorf("%+v", sub)
		}
		w.sound()
	})
}

// An unpaid invoice pauses broadcast mail, then all; each step once, each announced, and a
// payment ends it at once.
func TestWhatFollowsAnOverdueInvoice(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		a := w.customer("bert", "FR", "")
		w.must(w.Choose(ctx, a.Scope, w.plans["Large"].ID, "EUR", billing.Yearly))
		due := w.invoices(a.Scope)[0]
		var paused, all int
		for day := range 60 {
			w.sweep()
			w.sweep()
			if stop, err := w.Paused(ctx, a.Scope, true); err != nil {
				w.t.Fatal(err)
			} else if stop && paused == 0 {
				paused = day
			}
			if stop, _ := w.Paused(ctx, a.Scope, false); stop && all == 0 {
				all = day
			}
			w.days(1)
		}
		if got := fmt.Sprint(w.post.overdue[due.ID]); got != "[1 2 3 4 5]" || paused != 14+17 || all != 14+31 {
			w.t.Errorf("steps %s, broadcast paused on day %d, all on day %d", got, paused, all)
		}
		if due.Tax != 19800 {
			w.t.Errorf("a French consumer pays French tax: %+v", due)
		}
		w.must(w.Pay(ctx, w.staff, a.ID, due.ID, due.Gross, billing.ByTransfer, "late", billing.DateOf(w.clock.Now())))
		if stop, err := w.Paused(ctx, a.Scope, true); err != nil || stop {
			w.t.Errorf("a payment does not end the pause: %v", err)
		}
		w.sound()
	})
}

// Twenty choose at once: one plan, one bill, no number lost.
func TestConcurrentChoices(t *testing.T) {
	each(t, func(w *world) {
		a := w.customer("carl", "DE", "")
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				err := w.Choose(context.Background(), a.Scope, w.plans["Large"].ID, "EUR", billing.Monthly)
				if err != nil && !fault.Is(err, fault.Conflict) && !errors.Is(err, store.ErrDuplicate) {
					w.t.Error(err)
				}
			})
		}
		all.Wait()
		if n := len(w.invoices(a.Scope)); n != 1 {
			w.t.Errorf("%d bills", n)
		}
		w.sound()
	})
}

// A business year: customers come, change, pay by card or by hand, late or not, are paid
// back, contest and leave. The ledger is held against sums of its own and against the fake's
// every month: to the unit, and without gaps. TEST_ACCOUNTS=200 takes two hundred customers.
func TestABusinessYear(t *testing.T) {
	eachWithCards(t, func(w *world) {
		ctx, dice := w.t.Context(), rand.New(rand.NewPCG(7, 11))
		customers := 30
		if os.Getenv(services.EnvFaults) == "long" {
			customers = 200
		}
		if testing.Short() { // the race detector makes each paper dear
			customers = 15
		}
		if n, err := strconv.Atoi(os.Getenv("TEST_ACCOUNTS")); err == nil {
			customers = n
		}
		var (
			all      []seed.Account
			currency = map[id.ID]string{}
			used     int64
			paid     = map[string]billing.Money{} // by hand
			cards    = &cardYear{world: w, dice: dice, of: map[id.ID]bool{}, did: map[string]int{}}
		)
		names := []string{"Free", "Small", "Large"}
		countries := []struct{ country, number string }{{"DE", ""}, {"FR", "FR83404833048"}, {"FR", ""}, {"US", ""}, {"", ""}}
		ignore := func(err error) { // what a customer is told is no fault of the ledger
			if err != nil && fault.Is(err, fault.Internal) {
				w.t.Fatal(err)
			}
		}
		for day := range 365 {
			if len(all) < customers && day%2 == 0 {
				for range max(customers/100, 1) {
					from := countries[dice.IntN(len(countries))]
					a := w.customer(fmt.Sprintf("c%03d", len(all)), from.country, from.number)
					currency[a.ID] = []string{"EUR", "USD", "JPY"}[dice.IntN(3)]
					all = append(all, a)
					if len(all)%2 == 0 {
						cards.enroll(a)
					}
				}
			}
			for _, a := range all {
				today := billing.DateOf(w.clock.Now())
				switch roll := dice.IntN(100); {
				case roll < 3:
					ignore(w.Choose(ctx, a.Scope, w.plans[names[dice.IntN(3)]].ID, currency[a.ID], billing.Intervals[dice.IntN(2)]))
				case roll == 3:
					ignore(w.Cancel(ctx, a.Scope))
				case roll == 4:
					ignore(w.Keep(ctx, a.Scope))
				case roll < 8:
					n := int64(dice.IntN(1800))
					used += n
					w.exec(`INSERT INTO account_days (account_id, day, stream, messages, accepted, delivered, bounced, suppressed, expired, cancelled, ambiguous)
						VALUES (?,?,'broadcast',?,?,?,0,0,0,0,0) ON CONFLICT (account_id, day, stream) DO UPDATE SET accepted = account_days.accepted + excluded.accepted`, a.ID, today, n, n, n)
				case roll < 12 && cards.has(a):
					cards.something(a)
				case roll < 12:
					for _, inv := range w.invoices(a.Scope) {
						if inv.Kind != billing.Bill || inv.Open() <= 0 || dice.IntN(4) == 0 {
							continue
						}
						amount := inv.Open() + billing.Money(dice.IntN(3)*100) // some pay too much
						w.must(w.Pay(ctx, w.staff, a.ID, inv.ID, amount, "card", string(id.New()), today))
						paid[inv.Currency] += amount
					}
				case roll == 12:
					if list := w.invoices(a.Scope); len(list) > 0 {
						inv := list[dice.IntN(len(list))]
						ignore(w.Credit(ctx, w.staff, a.ID, inv.ID, billing.Money(dice.IntN(2))*inv.Net/3, "A complaint"))
						back := billing.Money(-dice.IntN(500) - 1)
						err := w.Pay(ctx, w.staff, a.ID, inv.ID, back, billing.ByTransfer, string(id.New()), today)
						if ignore(err); err == nil {
							paid[inv.Currency] += back
						}
					}
				}
			}
			w.sweep()
			w.collect()
			cards.hear()
			w.days(1)
			if day%30 == 29 {
				cards.hearAll()
				w.agrees()
			}
		}
		cards.settle()
		w.agrees()
		cards.everythingHappened()
		for currency, there := range w.fake.Balance() {
			paid[currency] += billing.Money(there)
		}
		for _, c := range []string{"EUR", "USD", "JPY"} {
			open := w.one("SELECT COALESCE(SUM(gross - settled), 0) FROM invoices WHERE kind = 'invoice' AND currency = ?", c)
			billed := w.one("SELECT COALESCE(SUM(gross), 0) FROM invoices WHERE currency = ?", c)
			if open != billed-int64(paid[c]) {
				w.t.Errorf("%s: %d open, but %d billed less %d paid", c, open, billed, paid[c])
			}
			if billed == 0 {
				w.t.Errorf("nothing was billed in %s", c)
			}
		}
		if n := w.one("SELECT COALESCE(SUM(accepted), 0) FROM account_days"); n != used {
			w.t.Errorf("%d deliveries counted, %d made", n, used)
		}
		if n := int(w.one("SELECT COUNT(*) FROM invoices")); n != len(w.post.issued) || n < customers {
			w.t.Errorf("%d invoices and credit notes, %d mailed", n, len(w.post.issued))
		}
		if n := w.one("SELECT COUNT(*) FROM invoices WHERE kind = 'credit_note'"); n == 0 {
			w.t.Error("no credit note in a year")
		}
		w.overageAgrees()
	})
}

// overageAgrees works out anew, from the days alone, what each paper says went beyond a plan.
func (w *world) overageAgrees() {
	w.t.Helper()
	lines := 0
	for _, inv := range w.post.issued {
		for _, l := range inv.Paper.Lines {
			var from, to string
			stream, rest, beyond := strings.Cut(l.Text, " mail beyond the plan, ")
			if !beyond {
				continue
			}
			lines++
			from, to, _ = strings.Cut(strings.TrimSuffix(rest, ": begun thousands"), " to ")
			first, err := time.Parse("2 January 2006", from)
			w.must(err)
			last, err := time.Parse("2 January 2006", to)
			w.must(err)
			included := int64(2000)
			if last.Sub(first) > 40*24*time.Hour {
				included *= 12
			}
			used := w.one("SELECT COALESCE(SUM(accepted), 0) FROM account_days WHERE account_id = ? AND stream = ? AND day BETWEEN ? AND ?", inv.AccountID, stream, first.Format(time.DateOnly), last.Format(time.DateOnly))
			if want := (used - included + 999) / 1000; l.Quantity != want {
				w.t.Errorf("%s: %q bills %d, %d were used", inv.Label, l.Text, l.Quantity, used)
			}
		}
	}
	if lines == 0 {
		w.t.Error("nobody went beyond a plan")
	}
}
