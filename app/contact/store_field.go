package contact

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// value is an attribute as segments find it.
type value struct {
	AccountID id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	FieldID   id.ID `gorm:"primaryKey"`
	ContactID id.ID `gorm:"primaryKey"`
	Value     string
}

// TableName implements gorm's naming.
func (value) TableName() string { return "contact_values" }

// Fields returns the account's custom fields, the earliest first.
func (s *Service) Fields(ctx context.Context, scope account.Scope) (fields []Field, err error) {
	err = s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Order("field_id").Limit(MostFields).Find(&fields).Error
	})
	return fields, translate("fields", noField, err)
}

// AddField defines a custom field.
func (s *Service) AddField(ctx context.Context, scope account.Scope, f Field) (Field, error) {
	f, err := f.Check()
	if err != nil {
		return f, err
	}
	f.ID, f.CreatedAt = id.New(), s.store.Now()
	err = s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		var n int64
		if err := tx.Model(&Field{}).Count(&n).Error; err != nil {
			return err
		}
		if n >= MostFields {
			return fault.Field("label", "An account has at most 50 fields.")
		}
		return tx.Create(&f).Error
	})
	if errors.Is(err, store.ErrDuplicate) {
		return f, fault.Field("label", "There is a field of this name already.")
	}
	return f, translate("add field", noField, err)
}

// putValues writes the attributes once more for segments, in place of those before.
func (s *Service) putValues(tx *gorm.DB, c Contact, fields []Field) error {
	if err := tx.Where("contact_id = ?", c.ID).Delete(&value{}).Error; err != nil {
		return err
	}
	var rows []value
	for _, f := range fields {
		if kept := c.Attributes[f.Key]; kept != "" {
			rows = append(rows, value{FieldID: f.ID, ContactID: c.ID, Value: f.SortKey(kept)})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	return tx.Create(&rows).Error
}
