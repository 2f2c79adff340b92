package billing_test

import (
	"sync"
	"testing"

	"smtpserver/app/account"
	"smtpserver/app/billing"
	"smtpserver/app/fault"
	"smtpserver/app/testkit/seed"
)

// Accounts move to a plan's new version at the end of what they paid, not before the day
// and never within the notice; each is told once, whoever sweeps, and moves once.
func TestMovingWithNotice(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.t.Context()
		large := w.plans["Large"]
		a, b, c := w.customer("anna", "DE", ""), w.customer("bert", "DE", ""), w.customer("cora", "DE", "")
		w.must(w.Choose(ctx, a.Scope, large.ID, "EUR", billing.Monthly)) // periods from 1 January
		w.must(w.Choose(ctx, b.Scope, large.ID, "EUR", billing.Yearly))
		w.must(w.Choose(ctx, c.Scope, large.ID, "EUR", billing.Monthly))
		w.days(9)
		on := billing.EarliestMove(w.clock.Now())
		if _, err := w.MoveTo(ctx, w.staff, large.ID, on, "dearer"); !fault.Is(err, fault.Conflict) {
			w.t.Errorf("nobody is on an older version: %v", err)
		}
		dearer := large
		dearer.Prices = nil
		for _, p := range large.Prices {
			p.Amount += 1000
			dearer.Prices = append(dearer.Prices, p)
		}
		dearer.Limits.PerMinute, dearer.Limits.RetentionDays = 90, 7
		w.must(w.ChangePlan(ctx, w.staff, dearer))
		for _, bad := range []struct {
			on      billing.Date
			summary string
		}{{on.Add(-1), "dearer"}, {on, " "}, {"soon", "dearer"}} {
			if _, err := w.MoveTo(ctx, w.staff, large.ID, bad.on, bad.summary); !fault.Is(err, fault.Invalid) {
				w.t.Errorf("%+v: %v", bad, err)
			}
		}
		move, err := w.MoveTo(ctx, w.staff, large.ID, on, "Ten euros more.")
		w.must(err)
		if _, err := w.MoveTo(ctx, w.staff, large.ID, on, "Ten euros more."); !fault.Is(err, fault.Conflict) {
			w.t.Errorf("announced twice: %v", err)
		}
		version := func(s seed.Account) int {
			w.t.Helper()
			sub, _, err := w.Subscription(ctx, s.Scope)
			w.must(err)
			return sub.Plan.Version
		}
		if ahead, err := w.Ahead(ctx, a.Scope); err != nil || ahead != nil {
			w.t.Errorf("told before the notice: %+v, %v", ahead, err)
		}
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() { _ = w.TellMoves(ctx) })
		}
		all.Wait()
		w.must(w.TellMoves(ctx))
		if len(w.post.moved) != 3 {
			w.t.Fatalf("%d notices for 3 accounts", len(w.post.moved))
		}
		w.must(w.Cancel(ctx, c.Scope))
		ahead := func(s account.Scope) billing.Date {
			w.t.Helper()
			m, err := w.Ahead(ctx, s)
			w.must(err)
			if m == nil {
				return ""
			}
			if m.After-m.Before != 1000 && m.Every == billing.Monthly {
				w.t.Errorf("%+v", m)
			}
			return m.On
		}
		// The notice was given on 10 January, the day is 10 February: the period of 1 March.
		if x, y, z := ahead(a.Scope), ahead(b.Scope), ahead(c.Scope); x != "2027-03-01" || y != "2028-01-01" || z != "" {
			w.t.Errorf("ahead: %s, %s, %s", x, y, z)
		}
		for range 40 { // past 1 February
			w.days(1)
			w.sweep()
		}
		if version(a) != 1 || version(b) != 1 {
			w.t.Error("moved too early")
		}
		for range 15 { // past 1 March
			w.days(1)
			w.sweep()
			w.sweep()
		}
		if version(a) != 2 || version(b) != 1 || version(c) != 1 {
			w.t.Errorf("versions %d, %d, %d", version(a), version(b), version(c))
		}
		bills := 0
		for _, inv := range w.invoices(a.Scope) {
			if inv.Net == 9900+1000 {
				bills++
			}
		}
		if bills != 1 {
			w.t.Errorf("%d bills of the new version", bills)
		}
		if n := w.one("SELECT COALESCE(content_days, 0) FROM accounts WHERE account_id = ?", a.ID); n != 7 {
			w.t.Errorf("contents are kept for %d days", n)
		}
		if n := w.one("SELECT COALESCE(MAX(per_minute), 0) FROM sending_rates WHERE account_id = ? AND kind = 'plan'", a.ID); n != 90 {
			w.t.Errorf("%d mails a minute", n)
		}
		w.must(w.WithdrawMove(ctx, w.staff, move.ID))
		if len(w.post.moved) != 3 || ahead(b.Scope) != "" {
			w.t.Error("told again, or still ahead after it was taken back")
		}
		w.must(w.Cancel(ctx, a.Scope))
		for range 40 {
			w.days(1)
			w.sweep()
		}
		if n := w.one("SELECT COUNT(*) FROM sending_rates WHERE kind = 'plan'") + w.one("SELECT COUNT(*) FROM accounts WHERE content_days IS NOT NULL"); n != 0 {
			w.t.Error("limits outlive the plan")
		}
		w.sound()
	})
}

// A plan's limits are what doors ask for; without a plan nothing is bounded.
func TestLimitsOfAPlan(t *testing.T) {
	each(t, func(w *world) {
		ctx, a := w.t.Context(), w.customer("anna", "DE", "")
		if may, err := w.MayOwnAddress(ctx, a.ID); err != nil || !may {
			w.t.Errorf("without a plan: %v", err)
		}
		p := w.plans["Free"]
		p.Limits = billing.Limits{Contacts: 3, PerMinute: 60, RetentionDays: 5}
		w.must(w.ChangePlan(ctx, w.staff, p))
		w.must(w.Choose(ctx, a.Scope, p.ID, "EUR", billing.Monthly))
		if n, err := w.MostContacts(ctx, a.ID); err != nil || n != 3 {
			w.t.Errorf("%d contacts, %v", n, err)
		}
		if n, err := w.Most(ctx, a.Scope, account.Contacts); err != nil || n != 3 {
			w.t.Errorf("%d contacts, %v", n, err)
		}
		if may, err := w.MayOwnAddress(ctx, a.ID); err != nil || may {
			w.t.Errorf("a plan without an address of its own has one: %v", err)
		}
		if n := w.one("SELECT content_days FROM accounts WHERE account_id = ?", a.ID); n != 5 {
			w.t.Errorf("contents are kept for %d days", n)
		}
		if n := w.one("SELECT per_minute FROM sending_rates WHERE account_id = ? AND kind = 'plan'", a.ID); n != 60 {
			w.t.Errorf("%d a minute", n)
		}
		w.must(w.Choose(ctx, a.Scope, w.plans["Large"].ID, "EUR", billing.Monthly))
		if n := w.one("SELECT COUNT(*) FROM sending_rates WHERE account_id = ?", a.ID); n != 0 {
			w.t.Error("a rate stays after the upgrade")
		}
	})
}
