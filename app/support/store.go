package support

import (
	"context"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/audit"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

type row struct {
	AccountID id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	GrantID   id.ID `gorm:"primaryKey"`
	Reason    string
	AskedBy   id.ID
	AskedName string
	AskedAt   time.Time
	GrantedBy id.ID
	GrantedAt *time.Time
	ExpiresAt *time.Time
	EndedAt   *time.Time
}

// TableName implements gorm's Tabler.
func (row) TableName() string { return "support_grants" }

func (r row) grant() Grant {
	return Grant{ID: r.GrantID, Reason: r.Reason, AskedBy: r.AskedName, AskedAt: r.AskedAt, GrantedAt: r.GrantedAt, ExpiresAt: r.ExpiresAt, EndedAt: r.EndedAt}
}

type viewRow struct {
	AccountID   id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	ViewID      id.ID `gorm:"primaryKey"`
	GrantID     id.ID
	StaffID     id.ID
	SessionHash string
	BeganAt     time.Time
	ExpiresAt   time.Time
	EndedAt     *time.Time
}

// TableName implements gorm's Tabler.
func (viewRow) TableName() string { return "support_views" }

func (s *Service) insert(ctx context.Context, scope account.Scope, r *row, e audit.Entry) error {
	return s.store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		if err := tx.Create(r).Error; err != nil {
			return err
		}
		return s.audit.Record(ctx, scope, e)
	})
}

// change updates a grant that the condition names, and records it.
func (s *Service) change(ctx context.Context, scope account.Scope, grantID id.ID, where string, values map[string]any, entry func(row) audit.Entry) error {
	return s.store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		done := tx.Model(&row{}).Where("grant_id = ?", grantID).Where(where).Updates(values)
		if done.Error != nil {
			return done.Error
		}
		if done.RowsAffected == 0 {
			return store.ErrNotFound
		}
		var r row
		if err := tx.Where("grant_id = ?", grantID).Take(&r).Error; err != nil {
			return err
		}
		return s.audit.Record(ctx, scope, entry(r))
	})
}

// MostGrants bounds what one page shows.
const MostGrants = 100

// List returns the account's grants, the newest first.
func (s *Service) List(ctx context.Context, scope account.Scope) ([]Grant, error) {
	var rows []row
	err := s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Order("grant_id DESC").Limit(MostGrants).Find(&rows).Error
	})
	return grants(rows), asIs("list", err)
}

func grants(rows []row) []Grant {
	list := make([]Grant, len(rows))
	for i, r := range rows {
		list[i] = r.grant()
	}
	return list
}
