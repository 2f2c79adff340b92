package billing

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
)

const (
	noSubscription = "This account is on no plan."
	raced          = "Somebody changed the plan at the same moment. Look at it again."
)

// Choose puts the account on what is sold now of a plan. A first plan begins at once, with
// its trial if it has one; a dearer one replaces the present one at once, pro rata; a
// cheaper one follows at the end of the period that is paid.
func (s *Service) Choose(ctx context.Context, scope account.Scope, planID id.ID, currency string, every Interval) error {
	return s.step(ctx, scope, "choose a plan", func(ctx context.Context, tx *gorm.DB, accountID id.ID) (audit.Entry, error) {
		p, err := plan(tx, planID, 0)
		if err != nil {
			return audit.Entry{}, err
		}
		if _, sold := p.Price(currency, every); !sold || !p.Public {
			return audit.Entry{}, fault.New(fault.Invalid, "This plan is not sold like that.")
		}
		entry := audit.Entry{Action: "plan.chosen", Object: audit.Object{ID: p.ID, Name: p.Name}, After: audit.Values{"plan": p.Name, "paid": "by the " + string(every), "currency": currency}}
		old, found, err := subscription(tx, accountID)
		switch {
		case err != nil:
			return entry, err
		case !found || old.EndedOn != "":
			return entry, s.begin(ctx, tx, old, found, Subscription{AccountID: accountID, Plan: p, Currency: currency, Interval: every})
		case old.Currency != currency:
			return entry, fault.Newf(fault.Invalid, "Your plan is paid in %s; the currency changes once it has ended.", old.Currency)
		case old.Plan.ID == p.ID && old.Plan.Version == p.Version && old.Interval == every && !old.Ends && old.Next == nil:
			return entry, fault.New(fault.Conflict, "You are on this plan already.")
		}
		c := old.moveTo(p, every, s.today())
		if err := save(tx, old, c.after); err != nil {
			return entry, err
		}
		entry.Before = audit.Values{"plan": old.Plan.Name}
		return entry, s.bill(ctx, tx, c.after, c.lines, s.today())
	})
}

// begin starts an account's first plan, or another after it had none for a time; only the
// first has a trial.
func (s *Service) begin(ctx context.Context, tx *gorm.DB, old Subscription, again bool, sub Subscription) error {
	today := s.today()
	sub.Anchor, sub.CreatedAt = today.Time().Day(), s.store.Now()
	sub.Period = periodFrom(today, sub.Anchor, sub.Interval)
	var lines []Line
	switch price := sub.price(); {
	case !again && sub.Plan.TrialDays > 0 && !sub.Plan.Free():
		end := today.Add(sub.Plan.TrialDays)
		sub.Trial, sub.Period, sub.Anchor = true, Period{today, end}, end.Time().Day()
	case price.Amount > 0:
		lines = append(lines, periodLine(sub.Plan, sub.Period, price))
	}
	if again {
		if err := save(tx, old, sub); err != nil {
			return err
		}
	} else {
		row := rowOf(sub)
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		if err := hold(tx, sub); err != nil {
			return err
		}
	}
	return s.bill(ctx, tx, sub, lines, today)
}

// Cancel lets the plan end with its period. Keep takes that back, and whatever else was to
// follow.
func (s *Service) Cancel(ctx context.Context, scope account.Scope) error {
	return s.turn(ctx, scope, "plan.cancelled", func(sub *Subscription) { sub.Ends, sub.Next = true, nil })
}

// Keep stays on the present plan after all.
func (s *Service) Keep(ctx context.Context, scope account.Scope) error {
	return s.turn(ctx, scope, "plan.kept", func(sub *Subscription) { sub.Ends, sub.Next = false, nil })
}

func (s *Service) turn(ctx context.Context, scope account.Scope, action audit.Action, change func(*Subscription)) error {
	return s.step(ctx, scope, string(action), func(_ context.Context, tx *gorm.DB, accountID id.ID) (e audit.Entry, err error) {
		sub, found, err := subscription(tx, accountID)
		if err == nil && (!found || sub.EndedOn != "") {
			err = fault.New(fault.NotFound, noSubscription)
		}
		if err != nil {
			return e, err
		}
		after := sub
		change(&after)
		return audit.Entry{Action: action, Object: audit.Object{ID: sub.Plan.ID, Name: sub.Plan.Name}}, save(tx, sub, after)
	})
}

// step runs a change of one account's plan in a transaction that also numbers invoices,
// which belong to no account: therefore it is a system step, and each statement names the
// account.
func (s *Service) step(ctx context.Context, scope account.Scope, name string, do func(context.Context, *gorm.DB, id.ID) (audit.Entry, error)) error {
	accountID, err := scope.Account()
	if err != nil {
		return fmt.Errorf("billing: %s: %w", name, err)
	}
	err = s.store.SystemWrite(ctx, name, func(ctx context.Context, tx *gorm.DB) error {
		entry, err := do(ctx, tx, accountID)
		if err != nil {
			return err
		}
		return s.audit.Record(ctx, scope, entry)
	})
	return translate(name, noPlan, err)
}

func subscription(tx *gorm.DB, accountID id.ID) (sub Subscription, found bool, err error) {
	var rows []subscriptionRow
	if err := tx.Where("account_id = ?", accountID).Limit(1).Find(&rows).Error; err != nil || len(rows) == 0 {
		return sub, false, err
	}
	p, err := plan(tx, rows[0].PlanID, rows[0].Version)
	return rows[0].subscription(p), true, err
}

// save changes a subscription, if nobody else did since it was read.
func save(tx *gorm.DB, before, after Subscription) error {
	after.Revision = before.Revision + 1
	row := rowOf(after)
	done := tx.Model(&subscriptionRow{}).Where("account_id = ? AND revision = ?", before.AccountID, before.Revision).
		Select("*").Omit("account_id", "created_at").Updates(&row)
	if done.Error == nil && done.RowsAffected == 0 {
		return fault.New(fault.Conflict, raced)
	}
	if done.Error != nil {
		return done.Error
	}
	return hold(tx, after)
}

func (s *Service) today() Date { return DateOf(s.store.Now()) }
