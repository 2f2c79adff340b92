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

// An account's own cap holds within its plan; half, four fifths and all of it are told once.
func TestCapsAndAlerts(t *testing.T) {
	each(t, func(w *world) {
		ctx, doors := w.t.Context(), billing.NewAllowances(w.Service, w.clock)
		a := w.customer("emil", "DE", "")
		w.must(w.Choose(ctx, a.Scope, w.plans["Large"].ID, "EUR", billing.Monthly)) // 2000 broadcast, more costs more
		w.must(w.SetCap(ctx, a.Scope, "broadcast", 1000))
		if err := w.SetCap(ctx, a.Scope, "carrier pigeon", 1); err == nil {
			w.t.Error("a stream that there is not has a cap")
		}
		use := func(n int) {
			w.exec(`INSERT INTO account_days (account_id, day, stream, messages, accepted, delivered, bounced, suppressed, expired, cancelled, ambiguous) VALUES (?,?,'broadcast',?,?,0,0,0,0,0,0)
				ON CONFLICT (account_id, day, stream) DO UPDATE SET accepted = account_days.accepted + excluded.accepted`, a.ID, billing.DateOf(w.clock.Now()), n, n)
			w.clock.Advance(6 * time.Second)
			w.must(w.TellUsage(ctx))
			w.must(w.TellUsage(ctx))
		}
		told := func() (list []int) {
			for _, u := range w.post.used {
				list = append(list, u.Percent)
			}
			return list
		}
		use(499)
		if len(told()) > 0 {
			w.t.Errorf("told at 49.9 %%: %v", told())
		}
		use(1)
		use(400)
		if err := doors.Allow(ctx, a.Scope, message.Broadcast, 101); !fault.Is(err, fault.Limited) {
			w.t.Errorf("beyond the cap: %v", err)
		}
		w.must(doors.Allow(ctx, a.Scope, message.Broadcast, 100))
		w.must(doors.Allow(ctx, a.Scope, message.Transactional, 1_000_000))
		use(100)
		if got := told(); len(got) != 3 || got[0] != 50 || got[1] != 80 || got[2] != 100 || !w.post.used[2].Stops || w.post.used[2].Most != 1000 {
			w.t.Errorf("%v %+v", got, w.post.used)
		}
		w.must(w.SetCap(ctx, a.Scope, "broadcast", -1))
		doors.Forget(a.ID)
		w.must(doors.Allow(ctx, a.Scope, message.Broadcast, 5000))
		w.days(31)
		w.sweep()
		use(1000) // of the next period
		if got := told(); len(got) != 4 || got[3] != 50 || w.post.used[3].Stops {
			w.t.Errorf("in the next period: %v", got)
		}
	})
}
