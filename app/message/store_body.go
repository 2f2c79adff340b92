package message

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// AfterFind implements gorm's hook: whoever reads a content gets it unpacked.
func (b *Body) AfterFind(*gorm.DB) error { return b.Unpack() }

// Content returns the message as stored; nil when it is no longer kept.
func (a *Archive) Content(ctx context.Context, scope account.Scope, messageID id.ID) ([]byte, error) {
	var b Body
	err := a.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Take(&b, "message_id = ?", messageID).Error
	})
	if errors.Is(err, store.ErrNotFound) {
		return nil, a.Exists(ctx, scope, messageID)
	}
	return b.Content, err
}

// ContentDays is for how many days the account's contents are kept after the last
// delivery of their message has ended.
func (a *Archive) ContentDays(ctx context.Context, scope account.Scope) (days int, err error) {
	var own []plan
	err = a.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error { return tx.Find(&own).Error })
	if err != nil || len(own) == 0 || own[0].ContentDays == nil {
		return a.contentDays, err
	}
	return *own[0].ContentDays, nil
}

// plan is what a message's account says about keeping its content.
type plan struct {
	AccountID   id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	ContentDays *int
}

// TableName implements gorm's naming.
func (plan) TableName() string { return "accounts" }
