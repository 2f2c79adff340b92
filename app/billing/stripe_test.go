package billing_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"smtpserver/app/billing"
	"smtpserver/app/billing/stripe"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/testkit/seed"
	"smtpserver/app/testkit/services"
	"smtpserver/app/testkit/stripefake"
)

const (
	hookSecret = "whsec_test"
	backHere   = "https://mail.example.com/a/x/billing/return"
)

// eachWithCards is each, with Stripe's fake behind it.
func eachWithCards(t *testing.T, fn func(*world)) {
	t.Helper()
	each(t, func(w *world) {
		w.withCards()
		fn(w)
	})
}

func (w *world) withCards() {
	w.t.Helper()
	w.fake = stripefake.New(w.t, w.clock)
	p, err := stripe.New(stripe.Options{Key: stripefake.Key, Secrets: []string{hookSecret}, URL: w.fake.URL, Server: "mail.example.com", Clock: w.clock, Timeout: 5 * time.Second})
	w.must(err)
	w.CollectBy(p)
}

// payer is a customer with a card and automatic payment.
func (w *world) payer(name string, card stripefake.Card) seed.Account {
	w.t.Helper()
	a := w.customer(name, "DE", "")
	w.keep(a, card)
	return a
}

// keep has an account enter a card, and hears of it.
func (w *world) keep(a seed.Account, card stripefake.Card) {
	w.t.Helper()
	url, err := w.KeepCard(w.t.Context(), a.Scope, backHere)
	w.must(err)
	w.must(w.fake.Complete(stripefake.SessionOf(url), card))
	w.hear()
}

// hear delivers what the fake has to tell.
func (w *world) hear() {
	w.t.Helper()
	for _, e := range w.fake.Events() {
		w.must(w.tell(e))
	}
}

func (w *world) tell(e stripefake.Event) error {
	return w.Receive(context.Background(), e.Body, stripefake.Sign(e.Body, w.clock.Now(), hookSecret))
}

func (w *world) collect() {
	w.t.Helper()
	w.must(w.Collect(w.t.Context()))
}

// bought is an account's only bill, of the large plan: 117.81 EUR.
func (w *world) bought(a seed.Account) billing.Invoice {
	w.t.Helper()
	w.must(w.Choose(w.t.Context(), a.Scope, w.plans["Large"].ID, "EUR", billing.Monthly))
	return w.invoices(a.Scope)[0]
}

func (w *world) open(a seed.Account, inv billing.Invoice) billing.Money {
	w.t.Helper()
	for _, i := range w.invoices(a.Scope) {
		if i.ID == inv.ID {
			return i.Open()
		}
	}
	w.t.Fatal("the invoice is gone")
	return 0
}

// agrees holds our ledger against the fake's: each payment, and all of them.
func (w *world) agrees() {
	w.t.Helper()
	w.sound()
	c, err := w.Compare(w.t.Context())
	w.must(err)
	for _, line := range c.Wrong {
		w.t.Error(line)
	}
	for currency, there := range w.fake.Balance() {
		here := w.one("SELECT COALESCE(SUM(p.amount), 0) FROM payments p JOIN invoices i ON i.account_id = p.account_id AND i.invoice_id = p.invoice_id WHERE p.method = 'stripe' AND i.currency = ?", currency)
		if here != there {
			w.t.Errorf("%s: %d is booked, Stripe has %d", currency, here, there)
		}
	}
}

// A kept card pays each bill; who pays sees which card it is, and no more of it is here.
func TestACardPays(t *testing.T) {
	eachWithCards(t, func(w *world) {
		ctx := w.t.Context()
		a := w.payer("anna", stripefake.Good)
		wallet, err := w.Wallet(ctx, a.Scope)
		w.must(err)
		if wallet.Last4 != "4242" || wallet.Brand != "visa" || wallet.Expires != "2040-04" || !wallet.Automatic {
			w.t.Fatalf("%+v", wallet)
		}
		bill := w.bought(a)
		w.collect()
		w.collect()
		if w.open(a, bill) != 0 {
			w.t.Error("the card did not pay")
		}
		w.hear()
		if n := w.fake.Things("payment_intent", nil); n != 1 {
			w.t.Errorf("%d payments", n)
		}
		s, err := w.Statement(ctx, bill.ID)
		w.must(err)
		if len(s.Payments) != 1 || s.Payments[0].Method != "stripe" || s.Payments[0].Amount != 11781 || !strings.HasPrefix(s.Payments[0].Reference, "pi_") {
			w.t.Errorf("%+v", s.Payments)
		}
		w.must(w.Automatic(ctx, a.Scope, false))
		w.days(31)
		w.sweep()
		w.collect()
		if due, _ := w.Wallet(ctx, a.Scope); len(due.Due) != 1 || due.Due[0].Last != nil {
			w.t.Errorf("a card that is to wait was asked: %+v", due)
		}
		w.must(w.Automatic(ctx, a.Scope, true))
		w.collect()
		if due, _ := w.Wallet(ctx, a.Scope); len(due.Due) != 0 {
			w.t.Errorf("%+v", due)
		}
		w.fake.Remove(wallet.Customer)
		w.hear()
		if gone, _ := w.Wallet(ctx, a.Scope); gone.Method != "" || gone.Last4 != "" {
			w.t.Errorf("a card that was removed at Stripe is still here: %+v", gone)
		}
		w.agrees()
	})
}

// The tax number goes to Stripe's customer, follows a change, and one that Stripe does not
// take stops no payment.
func TestTaxNumbersAtStripe(t *testing.T) {
	eachWithCards(t, func(w *world) {
		a := w.customer("anna", "FR", "FR83404833048")
		w.keep(a, stripefake.Good)
		ids := func() (out []string) {
			w.fake.Find("tax_id", func(o map[string]any) bool {
				out = append(out, fmt.Sprint(o["type"], " ", o["value"]))
				return false
			})
			return out
		}
		if got := fmt.Sprint(ids()); got != "[eu_vat FR83404833048]" {
			w.t.Error(got)
		}
		w.exec("UPDATE account_profiles SET tax_number = 'DE136695976', country = 'DE' WHERE account_id = ?", a.ID)
		w.keep(a, stripefake.Good)
		if got := fmt.Sprint(ids()); got != "[eu_vat DE136695976]" {
			w.t.Error(got)
		}
		w.exec("UPDATE account_profiles SET tax_number = 'DE1' WHERE account_id = ?", a.ID)
		w.keep(a, stripefake.Good)
		if got := fmt.Sprint(ids()); got != "[]" {
			w.t.Error(got)
		}
	})
}

// A bank that asks its customer (SCA): who pays is told, confirms on Stripe's page, and all
// that waited goes on at once.
func TestABankAsksToConfirm(t *testing.T) {
	eachWithCards(t, func(w *world) {
		ctx := w.t.Context()
		a := w.payer("anna", stripefake.AsksSCA)
		bill := w.bought(a)
		w.collect()
		w.hear()
		w.days(2)
		w.collect() // asking the card again would not help
		if len(w.post.refused) != 1 || !w.post.refused[0].Confirm() || w.post.refused[0].Again != "" {
			w.t.Fatalf("who pays was told %+v", w.post.refused)
		}
		wallet, err := w.Wallet(ctx, a.Scope)
		w.must(err)
		if len(wallet.Due) != 1 || wallet.Due[0].Refusal == nil || !wallet.Due[0].Refusal.Confirm() {
			w.t.Fatalf("%+v", wallet.Due)
		}
		url, err := w.PayPage(ctx, a.Scope, bill.ID, backHere)
		w.must(err)
		if again, err := w.PayPage(ctx, a.Scope, bill.ID, backHere); err != nil || again != url {
			w.t.Errorf("a second page for one bill: %s, %v", again, err)
		}
		w.collect() // the page is open: the card stays out of it
		if err := w.fake.Complete(stripefake.SessionOf(url), stripefake.Empty); !errors.Is(err, stripefake.ErrDeclined) {
			w.t.Fatal(err)
		}
		w.hear() // a failed try on an open page ends nothing
		w.must(w.fake.Complete(stripefake.SessionOf(url), stripefake.AsksSCA))
		w.must(w.Returned(ctx, a.ID, stripefake.SessionOf(url)))
		if w.open(a, bill) != 0 {
			w.t.Error("the bill is open after it was paid")
		}
		if err := w.Returned(ctx, w.customer("eve", "DE", "").ID, stripefake.SessionOf(url)); !fault.Is(err, fault.NotFound) {
			w.t.Errorf("somebody else's page: %v", err)
		}
		w.hear()
		if _, err := w.PayPage(ctx, a.Scope, bill.ID, backHere); !fault.Is(err, fault.Conflict) {
			w.t.Errorf("a paid bill can be paid again: %v", err)
		}
		if n := w.fake.Things("payment_intent", func(o map[string]any) bool { return o["status"] == "succeeded" }); n != 1 {
			w.t.Errorf("%d payments", n)
		}
		w.agrees()
	})
}

// Failed card → told → asked again → reminders → broadcast paused → all paused; a payment
// ends it at once.
func TestAFailedCardPausesAndASuccessLifts(t *testing.T) {
	eachWithCards(t, func(w *world) {
		ctx := w.t.Context()
		a := w.payer("bert", stripefake.Empty)
		bill := w.bought(a)
		paused, all := -1, -1
		for day := range 50 {
			w.sweep()
			w.collect()
			w.hear()
			if stop, _ := w.Paused(ctx, a.Scope, true); stop && paused < 0 {
				paused = day
			}
			if stop, _ := w.Paused(ctx, a.Scope, false); stop && all < 0 {
				all = day
			}
			w.days(1)
		}
		if paused != 14+17 || all != 14+31 {
			w.t.Errorf("broadcast paused on day %d, all on day %d", paused, all)
		}
		var again []billing.Date
		for _, r := range w.post.refused {
			if r.ID == bill.ID { // the next month's is asked for too
				again = append(again, r.Again)
			}
		}
		if got := fmt.Sprint(again); got != "[2027-01-02 2027-01-05 2027-01-10 ]" {
			w.t.Errorf("asked again on %s", got)
		}
		if got := fmt.Sprint(w.post.overdue[bill.ID]); got != "[1 2 3 4 5]" {
			w.t.Errorf("steps %s", got)
		}
		w.keep(a, stripefake.Good) // another card
		w.collect()
		if stop, err := w.Paused(ctx, a.Scope, true); err != nil || stop || w.open(a, bill) != 0 {
			w.t.Errorf("a payment does not end the pause: %v", err)
		}
		w.agrees()
	})
}

// Refunds: with a credit note, of an overpayment, at Stripe itself, one that comes back; and
// disputes, won and lost. After each the two ledgers agree.
func TestRefundsAndDisputes(t *testing.T) {
	eachWithCards(t, func(w *world) {
		ctx := w.t.Context()
		a := w.payer("carl", stripefake.Good)
		bill := w.bought(a)
		w.collect()
		w.must(w.CreditBack(ctx, w.staff, a.ID, bill.ID, 1000, "A bad week")) // 11.90 with tax
		s, err := w.Statement(ctx, bill.ID)
		w.must(err)
		if len(s.Refunds) != 1 || s.Refunds[0].Note != "C-000001" || s.Refunds[0].Amount != 1190 || s.Open() != 0 {
			w.t.Errorf("%+v open %d", s.Refunds, s.Open())
		}
		w.agrees()
		if err := w.Refund(ctx, w.staff, a.ID, bill.ID, 11781, "Too much"); fault.FieldsOf(err)["amount"] == "" {
			w.t.Errorf("more goes back than came: %v", err)
		}
		w.must(w.Refund(ctx, w.staff, a.ID, bill.ID, 591, "By mistake"))
		if w.open(a, bill) != 591 {
			w.t.Errorf("%d is open", w.open(a, bill))
		}
		s, err = w.Statement(ctx, bill.ID)
		w.must(err)
		w.must(w.fake.FailRefund(s.Refunds[1].Reference))
		w.hear()
		if w.open(a, bill) != 0 {
			w.t.Errorf("a refund that came back: %d is open", w.open(a, bill))
		}
		_, err = w.fake.RefundThere(w.fake.Find("payment_intent", nil)[0], 91)
		w.must(err)
		w.hear()
		w.days(1)
		w.collect() // what was paid back on purpose is not taken again
		if w.open(a, bill) != 91 {
			w.t.Errorf("%d is open", w.open(a, bill))
		}
		w.agrees()

		for _, won := range []bool{true, false} {
			b := w.payer(fmt.Sprintf("dora%v", won), stripefake.Good)
			bill := w.bought(b)
			w.collect()
			before := w.open(b, bill)
			payments := w.fake.Find("payment_intent", nil)
			dispute, err := w.fake.Dispute(payments[len(payments)-1])
			w.must(err)
			w.hear()
			w.days(1)
			w.collect()
			if s, err := w.Statement(ctx, bill.ID); err != nil || before != 0 || s.Open() != 11781 || len(s.Disputes) != 1 || s.Disputes[0].State != billing.DisputeOpen || s.Disputes[0].AnswerBy == "" {
				w.t.Errorf("contested: %+v open %d, %v", s.Disputes, s.Open(), err)
			}
			w.must(w.fake.Decide(dispute, won))
			w.hear()
			w.collect()
			want := map[bool]billing.Money{true: 0, false: 11781}[won]
			if s, err := w.Statement(ctx, bill.ID); err != nil || s.Open() != want || s.Disputes[0].AnswerBy != "" {
				w.t.Errorf("decided, won %v: %+v open %d, %v", won, s.Disputes, s.Open(), err)
			}
			w.agrees()
		}
	})
}

func permutations(n int) (all [][]int) {
	if n == 0 {
		return [][]int{{}}
	}
	for _, p := range permutations(n - 1) {
		for at := range n {
			all = append(all, slices.Insert(slices.Clone(p), at, n-1))
		}
	}
	return all
}

// F-52: all 24 orders of four events, each delivered one to three times, some at once: one
// effect each, and the state is the final truth.
func TestF52All24OrdersOfFourEvents(t *testing.T) {
	eachWithCards(t, func(w *world) {
		ctx, dice := w.t.Context(), rand.New(rand.NewPCG(1, 2))
		orders := permutations(4)
		if len(orders) != 24 {
			w.t.Fatal(len(orders))
		}
		for n, order := range orders {
			a := w.customer(fmt.Sprintf("c%02d", n), "DE", "")
			bill := w.bought(a)
			url, err := w.PayPage(ctx, a.Scope, bill.ID, backHere)
			w.must(err)
			w.fake.Events()
			w.must(w.fake.Complete(stripefake.SessionOf(url), stripefake.Good)) // payment_intent.succeeded, checkout.session.completed
			payments := w.fake.Find("payment_intent", nil)
			_, err = w.fake.RefundThere(payments[len(payments)-1], 781) // refund.created, charge.refunded
			w.must(err)
			events := w.fake.Events()
			if len(events) != 4 {
				w.t.Fatalf("%d events", len(events))
			}
			for _, i := range order {
				var at sync.WaitGroup
				for range 1 + dice.IntN(3) {
					at.Go(func() {
						if err := w.tell(events[i]); err != nil {
							w.t.Errorf("order %v, %s: %v", order, events[i].Kind, err)
						}
					})
				}
				at.Wait()
			}
			for _, i := range order { // and once more, all of them
				w.must(w.tell(events[i]))
			}
			s, err := w.Statement(ctx, bill.ID)
			w.must(err)
			if len(s.Payments) != 2 || s.Open() != 781 || len(s.Refunds) != 1 {
				w.t.Errorf("order %v: %d payments, %d open, %+v", order, len(s.Payments), s.Open(), s.Refunds)
			}
			w.fake.Events()
		}
		if n := w.one("SELECT COUNT(*) FROM payment_events"); n != 24*4 {
			w.t.Errorf("%d events are noted", n)
		}
		w.agrees()
	})
}

// F-52, its other sentences: ten at once, reversed, before the checkout returns, 72 h late,
// the other mode.
func TestF52Events(t *testing.T) {
	eachWithCards(t, func(w *world) {
		ctx := w.t.Context()
		a := w.payer("anna", stripefake.Good)
		bill := w.bought(a)
		w.collect()
		events := w.fake.Events()
		var all sync.WaitGroup
		for range 10 {
			all.Go(func() {
				if err := w.tell(events[0]); err != nil {
					w.t.Error(err)
				}
			})
		}
		all.Wait()
		slices.Reverse(events)
		for _, e := range events {
			w.must(w.tell(e))
		}
		if w.open(a, bill) != 0 || w.one("SELECT COUNT(*) FROM payments") != 1 {
			w.t.Error("ten at once are more than one")
		}

		// Paid and told while the call that opened the page has not returned: its answer is
		// lost, the event knows the charge by what stands on the payment.
		b := w.customer("bert", "DE", "")
		second := w.bought(b)
		early := make(chan error, 1)
		w.fake.Fail(func(r *http.Request) stripefake.Fault {
			if r.Method == http.MethodPost && r.URL.Path == "/v1/checkout/sessions" {
				return stripefake.Lost
			}
			return stripefake.None
		})
		go func() {
			_, err := w.PayPage(ctx, b.Scope, second.ID, backHere)
			early <- err
		}()
		if err := <-early; !fault.Is(err, fault.Unavailable) {
			w.t.Errorf("the page's answer was lost: %v", err)
		}
		w.fake.Fail(nil)
		pages := w.fake.Find("checkout.session", func(o map[string]any) bool { return o["mode"] == "payment" })
		w.must(w.fake.Complete(pages[0], stripefake.Good))
		late := w.fake.Events()
		w.days(3) // 72 h late
		for _, e := range late {
			w.must(w.tell(e))
		}
		if w.open(b, second) != 0 {
			w.t.Error("an event before its checkout returned did nothing")
		}
		w.collect()
		for _, e := range late { // the other mode
			live := e.Change(map[string]any{"livemode": true, "id": "evt_live"})
			if err := w.tell(live); !errors.Is(err, billing.ErrForged) {
				w.t.Errorf("%s of the other mode: %v", e.Kind, err)
			}
		}
		w.must(w.tell(late[0].Change(map[string]any{"type": "invoice.paid", "id": "evt_other"})))
		w.must(w.tell(late[0].Change(map[string]any{"type": "something.new", "id": "evt_new"})))
		if n := w.one("SELECT COUNT(*) FROM payment_events WHERE event_id IN ('evt_live', 'evt_other', 'evt_new')"); n != 0 {
			w.t.Error("what does nothing is noted")
		}
		w.agrees()
	})
}

// Of two pages on which cards are entered the later one wins, in whichever order we hear.
func TestF52TheLaterCardWins(t *testing.T) {
	eachWithCards(t, func(w *world) {
		ctx := w.t.Context()
		for n, order := range permutations(2) {
			a := w.customer(fmt.Sprintf("anna%d", n), "DE", "")
			var pages []string
			for range 2 {
				url, err := w.KeepCard(ctx, a.Scope, backHere)
				w.must(err)
				pages = append(pages, stripefake.SessionOf(url))
				w.clock.Advance(time.Minute)
			}
			w.fake.Events()
			w.must(w.fake.Complete(pages[0], stripefake.Empty))
			w.must(w.fake.Complete(pages[1], stripefake.Good))
			var done []stripefake.Event
			for _, e := range w.fake.Events() {
				if e.Kind == "checkout.session.completed" {
					done = append(done, e)
				}
			}
			for _, i := range order {
				w.must(w.tell(done[i]))
			}
			if wallet, err := w.Wallet(ctx, a.Scope); err != nil || wallet.Last4 != "4242" {
				w.t.Errorf("order %v: card %s, %v", order, wallet.Last4, err)
			}
		}
	})
}

// F-53: calls to Stripe with faults before and after it charged; a thousand in `make faults`. No bill is
// charged twice, no refund goes out twice, and in the end everything is paid.
func TestF53NoDoubleCharge(t *testing.T) {
	eachWithCards(t, func(w *world) {
		ctx, dice := w.t.Context(), rand.New(rand.NewPCG(3, 4))
		want := int64(200)
		if os.Getenv(services.EnvFaults) == "long" {
			want = 1000
		}
		var (
			mu              sync.Mutex // the dice's
			injected, calls atomic.Int64
		)
		var accounts []seed.Account
		for n := range 12 {
			accounts = append(accounts, w.payer(fmt.Sprintf("c%02d", n), stripefake.Good))
		}
		w.fake.Fail(func(r *http.Request) stripefake.Fault {
			mu.Lock()
			defer mu.Unlock()
			calls.Add(1)
			if dice.IntN(100) < 45 {
				return stripefake.None
			}
			injected.Add(1)
			if r.Method != http.MethodPost {
				return []stripefake.Fault{stripefake.Before, stripefake.Lost, stripefake.Busy}[dice.IntN(3)]
			}
			return []stripefake.Fault{stripefake.Before, stripefake.Kept, stripefake.Lost, stripefake.Busy, stripefake.InUse}[dice.IntN(5)]
		})
		bills := map[id.ID]billing.Money{}
		for round := 0; injected.Load() < want && round < 400; round++ {
			if round%40 == 0 { // a month: everybody is billed
				if round > 0 {
					w.clock.Advance(31 * 24 * time.Hour)
				}
				for _, a := range accounts {
					if round == 0 {
						w.must(w.Choose(ctx, a.Scope, w.plans["Large"].ID, "EUR", billing.Monthly))
					}
				}
				w.must(w.Renew(ctx))
			}
			_ = w.Collect(ctx) // what fails is tried again
			for _, e := range w.fake.Events() {
				_ = w.tell(e) // as Stripe does when we cannot answer
			}
			if round%40 == 20 {
				for _, a := range accounts[:3] {
					list := w.invoices(a.Scope)
					_ = w.CreditBack(ctx, w.staff, a.ID, list[len(list)-1].ID, 100, "A gesture")
				}
			}
			w.clock.Advance(2 * time.Minute)
		}
		w.fake.Fail(nil)
		for range 4 {
			w.clock.Advance(13 * time.Hour)
			w.collect()
			w.hear()
		}
		for _, a := range accounts {
			for _, inv := range w.invoices(a.Scope) {
				if inv.Kind == billing.Bill {
					bills[inv.ID] = inv.Gross
					if inv.Open() > 0 {
						w.t.Errorf("%s: %d is open", inv.Label, inv.Open())
					}
				}
			}
		}
		taken := map[string]int{}
		w.fake.Find("payment_intent", func(o map[string]any) bool {
			if meta, ok := o["metadata"].(map[string]any); ok && o["status"] == "succeeded" {
				taken[fmt.Sprint(meta["invoice"])]++
			}
			return false
		})
		for label, n := range taken {
			if n != 1 {
				w.t.Errorf("%s was charged %d times", label, n)
			}
		}
		if len(taken) != len(bills) || injected.Load() < want {
			w.t.Errorf("%d bills, %d charged, %d faults in %d calls", len(bills), len(taken), injected.Load(), calls.Load())
		}
		refunds := map[string]int{}
		w.fake.Find("refund", func(o map[string]any) bool {
			meta, _ := o["metadata"].(map[string]any)
			refunds[fmt.Sprint(meta["refund"])]++
			return false
		})
		for refund, n := range refunds {
			if n != 1 {
				w.t.Errorf("refund %s went out %d times", refund, n)
			}
		}
		if len(refunds) == 0 {
			w.t.Error("nothing was paid back")
		}
		w.t.Logf("%d faults in %d calls, %d bills, %d refunds", injected.Load(), calls.Load(), len(bills), len(refunds))
		w.agrees()
	})
}

// The card of an erased account is forgotten at Stripe and here.
func TestAnErasedAccountsCardIsForgotten(t *testing.T) {
	eachWithCards(t, func(w *world) {
		a := w.payer("anna", stripefake.Good)
		w.exec("INSERT INTO erasures (account_id, began_at) VALUES (?, ?)", a.ID, w.store.Now())
		w.collect()
		if n := w.fake.Things("payment_method", nil); n != 0 {
			w.t.Errorf("%d cards are left at Stripe", n)
		}
		if n := w.one("SELECT COUNT(*) FROM payment_methods"); n != 0 {
			w.t.Errorf("%d are left here", n)
		}
	})
}

// A ledger that lacks a payment, or has one too many, is told apart from a good one.
func TestCompareFindsWhatDiffers(t *testing.T) {
	eachWithCards(t, func(w *world) {
		a := w.payer("anna", stripefake.Good)
		w.bought(a)
		w.collect()
		w.agrees()
		w.exec("UPDATE payments SET amount = amount - 1")
		c, err := w.Compare(w.t.Context())
		w.must(err)
		if len(c.Wrong) != 1 || c.Payments != 1 || !strings.Contains(c.Wrong[0], "117.80 EUR is booked, the provider has 117.81 EUR") {
			w.t.Errorf("%+v", c)
		}
		w.exec("DELETE FROM payments")
		w.exec("DELETE FROM charges")
		if c, _ = w.Compare(w.t.Context()); len(c.Wrong) != 1 || !strings.Contains(c.Wrong[0], "not in this ledger") {
			w.t.Errorf("%+v", c)
		}
	})
}

// Without a provider everything is as by hand.
func TestByHandNothingIsCollected(t *testing.T) {
	each(t, func(w *world) {
		a := w.customer("anna", "DE", "")
		w.must(w.Collect(w.t.Context()))
		if _, err := w.KeepCard(w.t.Context(), a.Scope, backHere); !fault.Is(err, fault.Conflict) || w.Collects() {
			w.t.Errorf("%v", err)
		}
		if err := w.Receive(w.t.Context(), nil, ""); !fault.Is(err, fault.NotFound) {
			w.t.Errorf("%v", err)
		}
	})
}
