package message

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// List returns deliveries, newest first, one page of them.
func (a *Archive) List(ctx context.Context, scope account.Scope, f Filter) (rows []Listed, err error) {
	err = a.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		var found []Delivery
		if err := f.page(f.narrow(tx)).Limit(f.Limit).Find(&found).Error; err != nil {
			return err
		}
		if f.After != "" {
			slices.Reverse(found)
		}
		subjects, err := subjectsOf(tx, found)
		for _, d := range found {
			rows = append(rows, Listed{d, subjects[d.MessageID]})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("message: list: %w", err)
	}
	return rows, nil
}

// isRare is the condition of the partial index deliveries_by_state, in its very words:
// neither engine sees that the value of a parameter implies it.
const isRare = "state <> 'delivered'"

// isOfCampaign is that of deliveries_of_campaign.
const isOfCampaign = "campaign_id <> ''"

// narrow adds the filter's conditions. Each is served by an index of deliveries
// that ends in the delivery's id, which is the order of the list.
func (f Filter) narrow(tx *gorm.DB) *gorm.DB {
	if f.State != "" {
		tx = tx.Where("state = ?", f.State)
	}
	if f.State != "" && f.State != Delivered {
		tx = tx.Where(isRare)
	}
	if f.Stream != "" {
		tx = tx.Where("stream = ?", f.Stream)
	}
	if f.DomainID != "" {
		tx = tx.Where("domain_id = ?", f.DomainID)
	}
	if f.Destination != "" {
		tx = tx.Where("destination = ?", f.Destination)
	}
	if f.Recipient != "" {
		// A range rather than LIKE: the index serves it on both engines.
		tx = tx.Where("recipient_key >= ? AND recipient_key < ?", f.Recipient, f.Recipient+"\uffff")
	}
	if f.Person != "" {
		tx = tx.Where("recipient_key = ?", f.Person)
	}
	if f.Tag != "" {
		tx = tx.Where("tag = ?", f.Tag)
	}
	if f.MessageID != "" {
		tx = tx.Where("message_id = ?", f.MessageID)
	}
	if f.Campaign != "" {
		tx = tx.Where("campaign_id = ?", f.Campaign).Where(isOfCampaign)
	}
	if !f.From.IsZero() {
		tx = tx.Where("delivery_id >= ?", id.At(f.From))
	}
	if !f.To.IsZero() {
		tx = tx.Where("delivery_id < ?", id.At(f.To))
	}
	return tx
}

func (f Filter) page(tx *gorm.DB) *gorm.DB {
	switch {
	case f.After != "":
		return tx.Where("delivery_id > ?", f.After).Order("delivery_id")
	case f.Before != "":
		return tx.Where("delivery_id < ?", f.Before).Order("delivery_id DESC")
	}
	return tx.Order("delivery_id DESC")
}

func subjectsOf(tx *gorm.DB, found []Delivery) (map[id.ID]string, error) {
	subjects := map[id.ID]string{}
	if len(found) == 0 {
		return subjects, nil
	}
	ids := make([]id.ID, len(found))
	for i, d := range found {
		ids[i] = d.MessageID
	}
	var messages []Message
	err := tx.Session(&gorm.Session{NewDB: true}).Select("account_id", "message_id", "subject").Where("message_id IN ?", ids).Find(&messages).Error
	for _, m := range messages {
		subjects[m.ID] = m.Subject
	}
	return subjects, err
}

// Show returns one message. An unknown id and another account's are the same NotFound.
func (a *Archive) Show(ctx context.Context, scope account.Scope, messageID id.ID) (d Detail, err error) {
	err = a.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		if err := tx.Take(&d.Message, "message_id = ?", messageID).Error; err != nil {
			return err
		}
		if err := tx.Where("message_id = ?", messageID).Order("delivery_id").Limit(MostDeliveries).Find(&d.Deliveries).Error; err != nil {
			return err
		}
		if err := tx.Where("message_id = ?", messageID).Order("event_id").Limit(MostSteps).Find(&d.Events).Error; err != nil {
			return err
		}
		return tx.Where("message_id = ?", messageID).Order("attempt_id").Limit(MostSteps).Find(&d.Attempts).Error
	})
	return d, missing(err, "There is no such message.")
}

// Exists says NotFound when the account has no such message.
func (a *Archive) Exists(ctx context.Context, scope account.Scope, messageID id.ID) error {
	err := a.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Select("account_id", "message_id").Take(&Message{}, "message_id = ?", messageID).Error
	})
	return missing(err, "There is no such message.")
}

// Days returns the counters from a day on, oldest first.
func (a *Archive) Days(ctx context.Context, scope account.Scope, from time.Time) (days []Day, err error) {
	err = a.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("day >= ?", DayOf(from)).Order("day").Find(&days).Error
	})
	if err != nil {
		return nil, fmt.Errorf("message: days: %w", err)
	}
	return days, nil
}

// OldestWaiting returns since when the oldest delivery waits that is due; zero for none.
func (a *Archive) OldestWaiting(ctx context.Context, scope account.Scope) (time.Time, error) {
	var rows []Delivery
	err := a.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("state = ?", Queued).Where(isRare).Where("due_at <= ?", a.store.Now()).Order("delivery_id").Limit(1).Find(&rows).Error
	})
	if err != nil || len(rows) == 0 {
		return time.Time{}, err
	}
	return rows[0].CreatedAt, nil
}

func missing(err error, safe string) error {
	if errors.Is(err, store.ErrNotFound) {
		return fault.Wrap(fault.NotFound, safe, err)
	}
	return err
}
