package billing_test

import (
	"errors"
	"math/rand/v2"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/testkit/seed"
	"smtpserver/app/testkit/stripefake"
)

// cardYear is what happens in a year to those who pay by card.
type cardYear struct {
	*world
	dice  *rand.Rand
	of    map[id.ID]bool
	late  []stripefake.Event // reports that are kept back
	open  []string           // disputes that are not decided
	did   map[string]int
	heard int
}

func (y *cardYear) has(a seed.Account) bool { return y.of[a.ID] }

// enroll has an account enter some card.
func (y *cardYear) enroll(a seed.Account) {
	cards := []stripefake.Card{stripefake.Good, stripefake.Good, stripefake.Good, stripefake.AsksSCA, stripefake.Empty, stripefake.Expired}
	url, err := y.KeepCard(y.t.Context(), a.Scope, backHere)
	y.must(err)
	y.must(y.fake.Complete(stripefake.SessionOf(url), cards[y.dice.IntN(len(cards))]))
	y.must(y.Returned(y.t.Context(), a.ID, stripefake.SessionOf(url)))
	y.of[a.ID] = true
}

// hear delivers reports shuffled, doubled and late.
func (y *cardYear) hear() {
	events := append(y.late, y.fake.Events()...)
	y.late = nil
	y.dice.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
	for _, e := range events {
		if y.dice.IntN(6) == 0 {
			y.late = append(y.late, e)
			continue
		}
		for range 1 + y.dice.IntN(2) {
			y.must(y.tell(e))
			y.heard++
		}
	}
}

// hearAll delivers what is late, too: only then can both ledgers be the same.
func (y *cardYear) hearAll() {
	for len(y.late) > 0 || y.fake.Waiting() > 0 {
		y.hear()
	}
}

// settle decides what is open and delivers what is late.
func (y *cardYear) settle() {
	for _, d := range y.open {
		y.must(y.fake.Decide(d, y.dice.IntN(2) == 0))
	}
	for range 3 {
		y.collect()
		y.hearAll()
		y.days(1)
	}
}

// something is one thing that a person, a bank or staff do.
func (y *cardYear) something(a seed.Account) {
	ctx := y.t.Context()
	refused := func(err error) bool { // and told why
		if err != nil && fault.Is(err, fault.Internal) {
			y.t.Fatal(err)
		}
		return err != nil
	}
	wallet, err := y.Wallet(ctx, a.Scope)
	y.must(err)
	bills := y.invoices(a.Scope)
	switch y.dice.IntN(9) {
	case 0: // the card is empty, or blocked
		y.fake.Spoil(wallet.Customer, []string{"insufficient_funds", "stolen_card", "authentication_required"}[y.dice.IntN(3)])
	case 1: // or good again
		y.fake.Spoil(wallet.Customer, "")
	case 2:
		if y.dice.IntN(3) == 0 {
			y.fake.Remove(wallet.Customer)
			y.did["removed"]++
		}
	case 3:
		y.enroll(a)
	case 4, 5: // they pay what is open on the page, or leave it
		for _, d := range wallet.Due {
			url, err := y.PayPage(ctx, a.Scope, d.Invoice.ID, backHere)
			if refused(err) {
				continue
			}
			session := stripefake.SessionOf(url)
			switch y.dice.IntN(4) {
			case 0:
				y.must(y.fake.Expire(session))
				y.did["page left"]++
			case 1:
				if err := y.fake.Complete(session, stripefake.Empty); !errors.Is(err, stripefake.ErrDeclined) {
					y.t.Fatal(err)
				}
				y.must(y.fake.Expire(session))
			default:
				y.must(y.fake.Complete(session, stripefake.AsksSCA))
				y.did["paid on a page"]++
			}
		}
	case 6: // staff pay back
		if len(bills) > 0 {
			inv := bills[y.dice.IntN(len(bills))]
			if !refused(y.CreditBack(ctx, y.staff, a.ID, inv.ID, inv.Net/4, "A complaint")) {
				y.did["credited and paid back"]++
			}
		}
	case 7: // or at Stripe itself, and one comes back
		if paid := y.paidBy(wallet.Customer); len(paid) > 0 {
			refund, err := y.fake.RefundThere(paid[y.dice.IntN(len(paid))], 1+y.dice.Int64N(50))
			if err == nil && y.dice.IntN(2) == 0 {
				y.must(y.fake.FailRefund(refund))
				y.did["refund came back"]++
			}
		}
	case 8: // they contest
		if paid := y.paidBy(wallet.Customer); len(paid) > 0 {
			payment := paid[y.dice.IntN(len(paid))]
			if y.fake.Things("dispute", func(o map[string]any) bool { return o["payment_intent"] == payment }) == 0 {
				if d, err := y.fake.Dispute(payment); err == nil {
					y.open = append(y.open, d)
					y.did["contested"]++
				}
			}
		}
		if len(y.open) > 2 {
			y.must(y.fake.Decide(y.open[0], y.dice.IntN(2) == 0))
			y.open = y.open[1:]
		}
	}
}

func (y *cardYear) paidBy(customer string) []string {
	return y.fake.Find("payment_intent", func(o map[string]any) bool { return o["customer"] == customer && o["status"] == "succeeded" })
}

// everythingHappened says that the year was one.
func (y *cardYear) everythingHappened() {
	y.t.Helper()
	for _, what := range []string{"removed", "page left", "paid on a page", "credited and paid back", "refund came back", "contested"} {
		if y.did[what] == 0 {
			y.t.Errorf("in a year nothing was %s", what)
		}
	}
	reasons := map[string]bool{}
	for _, r := range y.post.refused {
		reasons[r.Code] = true
	}
	if len(reasons) < 3 {
		y.t.Errorf("cards were refused for %v", reasons)
	}
	charged := map[string]int{}
	y.fake.Find("payment_intent", func(o map[string]any) bool {
		meta, _ := o["metadata"].(map[string]any)
		if charge, _ := meta["charge"].(string); o["status"] == "succeeded" {
			charged[charge]++
		}
		return false
	})
	for charge, n := range charged {
		if n != 1 {
			y.t.Errorf("charge %s was paid %d times", charge, n)
		}
	}
	y.t.Logf("%d payments by card, %d reports heard, %v", len(charged), y.heard, y.did)
}
