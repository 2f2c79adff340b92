package billing_test

import (
	"testing"
	"time"

	"smtpserver/app/billing"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/message"
)

// What a plan, an overdue invoice or no plan at all lets an account send.
func TestAllowances(t *testing.T) {
	each(t, func(w *world) {
		ctx, doors := w.t.Context(), billing.NewAllowances(w.Service, w.clock)
		a := w.customer("dora", "DE", "")
		allowed := func(stream message.Stream, n int) bool {
			w.t.Helper()
			err := doors.Allow(ctx, a.Scope, stream, n)
			if err != nil && !fault.Is(err, fault.Limited) {
				w.t.Fatal(err)
			}
			return err == nil
		}
		later := func() { w.clock.Advance(6 * time.Second) }
		if !allowed(message.Broadcast, 1_000_000) {
			w.t.Error("who need not be on a plan is limited")
		}
		s, err := w.Seller(ctx)
		w.must(err)
		s.PlanRequired = true
		w.must(w.SetSeller(ctx, w.staff, s))
		later()
		if allowed(message.Transactional, 1) {
			w.t.Error("an account without a plan sends, though one is asked for")
		}
		w.must(w.Choose(ctx, a.Scope, w.plans["Free"].ID, "EUR", billing.Monthly)) // 2000 broadcast, and it stops
		doors.Forget(a.ID)
		if !allowed(message.Broadcast, 1500) || allowed(message.Broadcast, 501) || !allowed(message.Broadcast, 500) || allowed(message.Broadcast, 1) {
			w.t.Error("a plan that stops lets other than 2000 through")
		}
		if !allowed(message.Transactional, 3000) {
			w.t.Error("a used-up newsletter stops a password reset")
		}
		w.exec(`INSERT INTO account_days (account_id, day, stream, messages, accepted, delivered, bounced, suppressed, expired, cancelled, ambiguous)
			VALUES (?,?,'broadcast',1,1999,0,0,0,0,0,0)`, a.ID, billing.DateOf(w.clock.Now()))
		later() // what was taken is forgotten, what was accepted stands in the days
		if !allowed(message.Broadcast, 1) || allowed(message.Broadcast, 1) {
			w.t.Error("the days are not counted")
		}
		w.must(w.Choose(ctx, a.Scope, w.plans["Large"].ID, "EUR", billing.Monthly))
		later()
		if !allowed(message.Broadcast, 1_000_000) {
			w.t.Error("an upgrade does not count at once")
		}
		for range 40 {
			w.days(1)
			w.sweep()
		}
		if allowed(message.Broadcast, 1) || !allowed(message.Transactional, 1) {
			w.t.Error("an overdue invoice pauses broadcast mail, and no other")
		}
		for _, inv := range w.invoices(a.Scope) {
			w.must(w.Pay(ctx, w.staff, a.ID, inv.ID, inv.Open(), "card", string(id.New()), billing.DateOf(w.clock.Now())))
		}
		later()
		if !allowed(message.Broadcast, 1) {
			w.t.Error("a payment does not count at once")
		}
	})
}
