package account

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"smtpserver/app/id"
	"smtpserver/app/store"
)

type detailsRow struct {
	AccountID id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	Details   `gorm:"embedded"`
	UpdatedAt time.Time
}

// TableName implements gorm's Tabler.
func (detailsRow) TableName() string { return "account_profiles" }

// Details returns what is known of the account; all empty when nothing was given yet.
func (s *Service) Details(ctx context.Context, scope Scope) (Details, error) {
	var r detailsRow
	err := s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error { return tx.Take(&r).Error })
	if errors.Is(err, store.ErrNotFound) {
		return Details{TimeZone: "UTC", Language: Languages[0]}, nil
	}
	return r.Details, asIs("details", err)
}

func (s *Service) saveDetails(ctx context.Context, scope Scope, d Details) error {
	r := detailsRow{Details: d, UpdatedAt: s.store.Now()}
	return s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&r).Error
	})
}
