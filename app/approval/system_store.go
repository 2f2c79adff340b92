package approval

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/office"
	"smtpserver/app/store"
)

// insert stores a request and does what goes with it. What expired makes room.
func (d *Desk) insert(ctx context.Context, r Request, with func(context.Context) error) error {
	err := d.store.SystemWrite(ctx, "ask for an act that takes two people", func(ctx context.Context, tx *gorm.DB) error {
		err := tx.Model(&Request{}).Where("kind = ? AND object = ? AND answer = '' AND expires_at <= ?", r.Kind, r.Object, r.AskedAt).
			Updates(map[string]any{"answer": Expired, "answered_at": r.AskedAt}).Error
		if err != nil {
			return err
		}
		if err := tx.Create(&r).Error; err != nil {
			return err
		}
		return with(ctx)
	})
	if errors.Is(err, store.ErrDuplicate) {
		return errWaiting
	}
	return err
}

// answer gives a request its one answer: whose update finds it waiting has given it, and
// what follows is done in the same transaction.
func (d *Desk) answer(ctx context.Context, by By, requestID id.ID, answer, remark string, then func(context.Context, Kind, Request) error) error {
	return d.store.SystemWrite(ctx, "answer what was asked for", func(ctx context.Context, tx *gorm.DB) error {
		var r Request
		err := tx.Where("request_id = ?", requestID).Take(&r).Error
		if errors.Is(err, store.ErrNotFound) || errors.Is(err, gorm.ErrRecordNotFound) {
			return errGone
		}
		if err != nil {
			return err
		}
		k, err := d.Kind(r.Kind)
		if err != nil {
			return err
		}
		if !by.Roles.May(k.Permission) {
			return fault.New(fault.Forbidden, office.WhyNot(k.Permission))
		}
		if answer == Approved && r.AskedBy == by.ID {
			return then(ctx, k, r) // says why not; the database would refuse it too
		}
		now := d.store.Now()
		done := tx.Model(&Request{}).Where("request_id = ? AND answer = '' AND expires_at > ?", requestID, now).
			Updates(map[string]any{"answer": answer, "answered_by": by.ID, "answered_name": by.Name, "answered_at": now, "remark": remark})
		if done.Error != nil {
			return done.Error
		}
		if done.RowsAffected != 1 {
			return errOver
		}
		if err := then(ctx, k, r); err != nil {
			return err
		}
		return d.record(ctx, by, r, audit.Action(answer), remark)
	})
}

const mostListed = 100

// Waiting lists what waits for an answer, the oldest first.
func (d *Desk) Waiting(ctx context.Context) (list []Request, err error) {
	err = d.store.SystemRead(ctx, "list what waits for a second person", func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("answer = '' AND expires_at > ?", d.store.Now()).Order("request_id").Limit(mostListed).Find(&list).Error
	})
	return list, asIs("list", err)
}

// Answered lists what was answered or expired, the newest first.
func (d *Desk) Answered(ctx context.Context, before id.ID, limit int) (list []Request, err error) {
	err = d.store.SystemRead(ctx, "list what two people decided", func(_ context.Context, tx *gorm.DB) error {
		tx = tx.Where("answer <> '' OR expires_at <= ?", d.store.Now())
		if !before.IsZero() {
			tx = tx.Where("request_id < ?", before)
		}
		return tx.Order("request_id DESC").Limit(limit).Find(&list).Error
	})
	return list, asIs("list", err)
}

// WaitingFor returns what waits for one thing, and whether something does.
func (d *Desk) WaitingFor(ctx context.Context, kind string, object id.ID) (r Request, ok bool, err error) {
	var list []Request
	err = d.store.SystemRead(ctx, "find what waits for a second person", func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("kind = ? AND object = ? AND answer = '' AND expires_at > ?", kind, object, d.store.Now()).Limit(1).Find(&list).Error
	})
	if err != nil {
		return r, false, fmt.Errorf("approval: find: %w", err)
	}
	if len(list) == 0 {
		return r, false, nil
	}
	return list[0], true, nil
}
