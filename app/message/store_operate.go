package message

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
)

// Operate does something to all deliveries of the account that the filter names and
// whose state allows it. It works in small transactions, so that mail goes on meanwhile,
// and stops after a while; what it changed stays changed.
func (a *Archive) Operate(ctx context.Context, scope account.Scope, op Operation, f Filter) (Done, error) {
	e, known := effects[op]
	if !known {
		return Done{}, fault.New(fault.Invalid, "There is no such operation.")
	}
	var done Done
	woken := map[string]bool{}
	began, behind := a.store.Now(), id.ID("")
	for {
		rows, err := a.operateBatch(ctx, scope, e, f, behind)
		if err != nil {
			return done, fmt.Errorf("message: %s: %w", op, err)
		}
		done.Changed += len(rows)
		for _, d := range rows {
			if !e.to.Final() && e.to != Held && !woken[d.Destination] {
				woken[d.Destination] = true
				done.Destinations = append(done.Destinations, d.Destination)
			}
		}
		if len(rows) < operateBatch {
			break
		}
		behind = rows[len(rows)-1].ID // a retried delivery stays deferred: go on behind it
		if a.store.Now().Sub(began) > operateTime {
			done.More = true
			break
		}
	}
	busy, err := a.busy(ctx, scope, e, f)
	done.Busy = busy
	return done, err
}

// operateBatch changes the next deliveries that nobody works on.
func (a *Archive) operateBatch(ctx context.Context, scope account.Scope, e effect, f Filter, behind id.ID) (rows []Delivery, err error) {
	now := a.store.Now()
	err = a.store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		rows = nil
		q := f.narrow(tx).Where("delivery_id > ?", behind).Where("state IN ?", e.from).Where(isRare)
		if err := free(q, a.store.Engine(), now).Find(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		if err := e.apply(tx, rows, now, anAccount); err != nil {
			return err
		}
		return a.audit.Record(ctx, scope, e.entry(f, rows))
	})
	return rows, err
}

// entry tells what was done to one message, or to how many recipients of a list.
func (e effect) entry(f Filter, rows []Delivery) audit.Entry {
	entry := audit.Entry{Action: audit.Action("message." + string(e.event)), After: audit.Values{"recipients": strconv.Itoa(len(rows))}}
	if !f.MessageID.IsZero() {
		entry.Object = audit.Object{ID: f.MessageID, Name: string(f.MessageID)}
	}
	return entry
}

// skipLocked leaves out what another transaction is changing.
var skipLocked = clause.Locking{Strength: "UPDATE", Options: "SKIP LOCKED"}

// apply stores the effect on rows, with their events and, when it is final, the counters.
func (e effect) apply(tx *gorm.DB, rows []Delivery, now time.Time, by string) error {
	ids, events, tally := make([]id.ID, len(rows)), make([]Event, len(rows)), Tally{}
	for i := range rows {
		d := &rows[i]
		events[i] = e.change(d, now, by)
		ids[i] = d.ID
		tally.Of(d).Count(d.State)
	}
	columns := map[string]any{"state": e.to}
	if e.reason != "" {
		columns["reason"] = fmt.Sprintf(e.reason, by)
	}
	switch e.event {
	case EventRetried:
		columns["due_at"] = now
	case EventReleased: // what was scheduled waits for its time
		columns["due_at"] = gorm.Expr("CASE WHEN class = '' AND due_at > ? THEN due_at ELSE ? END", now, now)
	}
	if e.to.Final() {
		columns["final_at"] = now
	}
	own := tx.Session(&gorm.Session{})
	if err := own.Model(&Delivery{}).Where("delivery_id IN ?", ids).Updates(columns).Error; err != nil {
		return err
	}
	if err := own.CreateInBatches(&events, batchRows).Error; err != nil {
		return err
	}
	if !e.to.Final() {
		return nil
	}
	return AddToDays(own, tally)
}

// busy counts, up to a batch, what could not be changed because it is being tried.
func (a *Archive) busy(ctx context.Context, scope account.Scope, e effect, f Filter) (n int, err error) {
	err = a.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		var rows []Delivery
		err := f.narrow(tx).Select("account_id", "delivery_id").Where("state IN ?", e.from).Where(isRare).
			Where("lease_until > ?", a.store.Now()).Limit(operateBatch).Find(&rows).Error
		n = len(rows)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("message: count what is busy: %w", err)
	}
	return n, nil
}

// CountUpTo counts the deliveries that an operation would change, at most limit.
func (a *Archive) CountUpTo(ctx context.Context, scope account.Scope, op Operation, f Filter, limit int) (n int, err error) {
	err = a.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		var rows []Delivery
		err := f.narrow(tx).Select("account_id", "delivery_id").Where("state IN ?", op.From()).Where(isRare).Limit(limit).Find(&rows).Error
		n = len(rows)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("message: count: %w", err)
	}
	return n, nil
}
