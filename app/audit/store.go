package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Log writes and reads events. Safe for concurrent use.
type Log struct{ store *store.Store }

// New returns the log of a database. It holds nothing: each service may make its own.
func New(s *store.Store) *Log { return &Log{s} }

type row struct {
	AccountID  id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	EventID    id.ID `gorm:"primaryKey"`
	ActorKind  string
	ActorID    id.ID
	ActorName  string
	BehalfOf   string
	GrantID    id.ID
	Topic      string
	Action     Action
	ObjectID   string
	ObjectName string
	OldValues  string
	NewValues  string
	IP         string `gorm:"column:ip"`
	UserAgent  string
	At         time.Time
}

// TableName implements gorm's Tabler.
func (row) TableName() string { return "audit_events" }

func (r row) event() Event {
	e := Event{
		ID: r.EventID, At: r.At, ActorKind: r.ActorKind, ActorID: r.ActorID, ActorName: r.ActorName, BehalfOf: r.BehalfOf, GrantID: r.GrantID,
		Action: r.Action, Object: Object{ID: id.ID(r.ObjectID), Name: r.ObjectName}, IP: r.IP, UserAgent: r.UserAgent,
	}
	e.Before, e.After = valuesOf(r.OldValues), valuesOf(r.NewValues)
	return e
}

// stored is how a row keeps values, which have to be without secrets.
func (v Values) stored() (string, error) {
	checked, err := v.check()
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(checked)
	if err != nil {
		return "", fmt.Errorf("audit: values: %w", err)
	}
	return string(text), nil
}

// stored are both of a change.
func stored(before, after Values) (old, fresh string, err error) {
	if old, err = before.stored(); err == nil {
		fresh, err = after.stored()
	}
	return old, fresh, err
}

// valuesOf reads them; what cannot be read shows as none.
func valuesOf(text string) (v Values) {
	_ = json.Unmarshal([]byte(text), &v)
	return v
}

// newRow fills a row from the entry and the context's source.
func (l *Log) newRow(ctx context.Context, kind string, actorID id.ID, e Entry) (row, error) {
	old, fresh, err := stored(e.Before, e.After)
	if err != nil {
		return row{}, err
	}
	from := sourceOf(ctx)
	return row{
		EventID: id.New(), ActorKind: kind, ActorID: actorID, ActorName: clip(from.Name, maxValue), BehalfOf: from.BehalfOf, GrantID: from.GrantID,
		Topic: e.Action.Topic(), Action: e.Action, ObjectID: string(e.Object.ID), ObjectName: clip(e.Object.Name, maxValue),
		OldValues: old, NewValues: fresh, IP: from.ip(), UserAgent: from.agent(), At: l.store.Now(),
	}, nil
}

// Record stores an event of the scope's account, in the transaction that ctx carries.
func (l *Log) Record(ctx context.Context, scope Scope, e Entry) error {
	kind, actorID := scope.Who()
	r, err := l.newRow(ctx, kind, actorID, e)
	if err != nil {
		return err
	}
	err = l.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error { return tx.Create(&r).Error })
	if err != nil {
		return fmt.Errorf("audit: record %s: %w", e.Action, err)
	}
	return nil
}

// List returns events of the scope's account, the newest first.
func (l *Log) List(ctx context.Context, scope store.Scope, f Filter) ([]Event, error) {
	var rows []row
	err := l.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return f.narrow(tx).Find(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("audit: list: %w", err)
	}
	if !f.After.IsZero() {
		slices.Reverse(rows)
	}
	events := make([]Event, len(rows))
	for i, r := range rows {
		events[i] = r.event()
	}
	return events, nil
}

func (f Filter) narrow(tx *gorm.DB) *gorm.DB {
	if f.Topic != "" {
		tx = tx.Where("topic = ?", f.Topic)
	}
	if !f.ActorID.IsZero() {
		tx = tx.Where("actor_id = ?", f.ActorID)
	}
	if f.ObjectID != "" {
		tx = tx.Where("object_id = ?", f.ObjectID)
	}
	return f.page(f.period(tx)).Limit(f.Limit)
}

// period and page work on the id, which begins with the time.
func (f Filter) period(tx *gorm.DB) *gorm.DB {
	if !f.From.IsZero() {
		tx = tx.Where("event_id >= ?", id.At(f.From))
	}
	if !f.To.IsZero() {
		tx = tx.Where("event_id < ?", id.At(f.To))
	}
	return tx
}

func (f Filter) page(tx *gorm.DB) *gorm.DB {
	switch {
	case !f.After.IsZero():
		return tx.Where("event_id > ?", f.After).Order("event_id")
	case !f.Before.IsZero():
		tx = tx.Where("event_id < ?", f.Before)
	}
	return tx.Order("event_id DESC")
}
