package audit

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
)

// StaffEntry is what is known of an act of staff.
type StaffEntry struct {
	StaffID id.ID
	Action  Action
	Account id.ID // "" when it concerns none
	// Object names what it was done to. Its name goes into the account's own log only, as
	// the values of what is an account's do: the operator's holds ids and nothing that a
	// customer wrote.
	Object Object
	Reason string
	Before Values
	After  Values
}

type staffRow struct {
	EventID      id.ID `gorm:"primaryKey"`
	StaffID      id.ID
	StaffName    string
	GrantID      id.ID
	Topic        string
	Action       Action
	AboutAccount id.ID
	ObjectID     string
	Reason       string
	OldValues    string
	NewValues    string
	IP           string `gorm:"column:ip"`
	UserAgent    string
	At           time.Time
}

// TableName implements gorm's Tabler.
func (staffRow) TableName() string { return "staff_events" }

// Staff records an act of staff in the operator's log, and in the log of the account
// it concerns, in one transaction.
func (l *Log) Staff(ctx context.Context, e StaffEntry) error {
	from := sourceOf(ctx)
	r := staffRow{
		EventID: id.New(), StaffID: e.StaffID, StaffName: clip(from.Name, maxValue), GrantID: from.GrantID, Topic: e.Action.Topic(), Action: e.Action,
		AboutAccount: e.Account, ObjectID: string(e.Object.ID), Reason: clip(e.Reason, maxValue), IP: from.ip(), UserAgent: from.agent(), At: l.store.Now(),
	}
	if e.Account.IsZero() { // what is an account's stands in its own log
		var err error
		if r.OldValues, r.NewValues, err = stored(e.Before, e.After); err != nil {
			return err
		}
	}
	return l.store.SystemWrite(ctx, "record an act of staff in both logs", func(ctx context.Context, tx *gorm.DB) error {
		if err := tx.Create(&r).Error; err != nil {
			return fmt.Errorf("audit: record %s: %w", e.Action, err)
		}
		if e.Account.IsZero() {
			return nil
		}
		after := e.After
		if e.Reason != "" {
			after = Values{"reason": e.Reason}
			for name, value := range e.After {
				after[name] = value
			}
		}
		return l.record(ctx, e.Account, "staff", e.StaffID, Entry{Action: e.Action, Object: e.Object, Before: e.Before, After: after})
	})
}

// StaffFilter narrows what staff did. Zero fields do not.
type StaffFilter struct {
	Topic   string
	StaffID id.ID
	Account id.ID
	Before  id.ID
	After   id.ID
	Limit   int
}

// ListStaff returns what staff did, the newest first. It is for staff's own page.
func (l *Log) ListStaff(ctx context.Context, f StaffFilter) ([]StaffEvent, error) {
	var rows []staffRow
	err := l.store.SystemRead(ctx, "show staff what staff did", func(_ context.Context, tx *gorm.DB) error {
		if f.Topic != "" {
			tx = tx.Where("topic = ?", f.Topic)
		}
		if !f.StaffID.IsZero() {
			tx = tx.Where("staff_id = ?", f.StaffID)
		}
		if !f.Account.IsZero() {
			tx = tx.Where("about_account = ?", f.Account)
		}
		return Filter{Before: f.Before, After: f.After}.page(tx).Limit(f.Limit).Find(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("audit: list what staff did: %w", err)
	}
	if !f.After.IsZero() {
		slices.Reverse(rows)
	}
	events := make([]StaffEvent, len(rows))
	for i, r := range rows {
		events[i] = StaffEvent{
			ID: r.EventID, At: r.At, StaffID: r.StaffID, StaffName: r.StaffName, GrantID: r.GrantID, Action: r.Action, Account: r.AboutAccount,
			ObjectID: r.ObjectID, Reason: r.Reason, Before: valuesOf(r.OldValues), After: valuesOf(r.NewValues), IP: r.IP, UserAgent: r.UserAgent,
		}
	}
	return events, nil
}
