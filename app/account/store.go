package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/audit"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// Service reads and changes accounts. Safe for concurrent use.
type Service struct {
	store *store.Store
	audit *audit.Log

	notifier Notifier
	plan     Plan // nil: no bounds
}

// New returns a service.
func New(s *store.Store) *Service { return &Service{store: s, audit: audit.New(s)} }

type row struct {
	AccountID id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	Slug      string
	Name      string
	Kind      Kind
	State     State
	CreatedAt time.Time
	UpdatedAt time.Time

	RequireTwoFactors bool
}

// TableName implements gorm's Tabler.
func (row) TableName() string { return "accounts" }

func (r row) account() Account {
	return Account{
		ID: r.AccountID, Slug: r.Slug, Name: r.Name, Kind: r.Kind, State: r.State, CreatedAt: r.CreatedAt, RequireTwoFactors: r.RequireTwoFactors,
	}
}

type memberRow struct {
	AccountID id.ID `gorm:"column:account_id;primaryKey;<-:create"`
	UserID    id.ID `gorm:"primaryKey"`
	Role      Role
	CreatedAt time.Time
}

// TableName implements gorm's Tabler.
func (memberRow) TableName() string { return "members" }

// Member is a user's place in one account.
type Member struct {
	UserID    id.ID
	Role      Role
	CreatedAt time.Time
}

// Get returns the scope's account.
func (s *Service) Get(ctx context.Context, scope Scope) (Account, error) {
	var r row
	err := s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Take(&r).Error
	})
	if err != nil {
		return Account{}, translate("get", err)
	}
	return r.account(), nil
}

// SetProfile changes the account's name and kind.
func (s *Service) SetProfile(ctx context.Context, scope Scope, p Profile) error {
	p, err := p.Check()
	if err != nil {
		return err
	}
	err = s.store.Write(ctx, scope, func(ctx context.Context, tx *gorm.DB) error {
		var was row
		if err := tx.Take(&was).Error; err != nil {
			return err
		}
		// The operator's own account keeps its kind and is not for editing here.
		done := tx.Model(&row{}).Where("kind <> ? AND state <> ?", Operator, Closed).
			Updates(map[string]any{"name": p.Name, "kind": p.Kind, "updated_at": s.store.Now()})
		if done.Error == nil && done.RowsAffected == 0 {
			return store.ErrNotFound
		}
		if done.Error != nil {
			return done.Error
		}
		before, after := audit.Changed(audit.Values{"name": was.Name, "kind": string(was.Kind)}, audit.Values{"name": p.Name, "kind": string(p.Kind)})
		if len(after) == 0 {
			return nil
		}
		return s.audit.Record(ctx, scope, audit.Entry{Action: "account.renamed", Object: audit.Object{ID: scope.AccountID(), Name: p.Name}, Before: before, After: after})
	})
	if err != nil {
		return translate("set profile", err)
	}
	return nil
}

// Members returns who belongs to the account, the earliest first.
func (s *Service) Members(ctx context.Context, scope Scope) ([]Member, error) {
	var rows []memberRow
	err := s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Order("created_at, user_id").Find(&rows).Error
	})
	if err != nil {
		return nil, translate("members", err)
	}
	members := make([]Member, len(rows))
	for i, r := range rows {
		members[i] = Member{UserID: r.UserID, Role: r.Role, CreatedAt: r.CreatedAt}
	}
	return members, nil
}

func translate(step string, err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return fault.Wrap(fault.NotFound, "There is no such account.", err)
	}
	return fmt.Errorf("account: %s: %w", step, err)
}

// SetState says whether the account may send. Closing and reopening have rules of
// their own: see package departure.
func (s *Service) SetState(ctx context.Context, scope Scope, state State) error {
	err := s.store.Write(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		err := tx.Model(&row{}).Where("kind <> ?", Operator).Updates(map[string]any{"state": state, "updated_at": s.store.Now()}).Error
		if err != nil || state != Active {
			return err
		}
		// Who closes a suspended account and opens it again finds it suspended.
		return tx.Model(&row{}).Where("suspended_at IS NOT NULL").Update("state", Paused).Error
	})
	if err != nil {
		return translate("set state", err)
	}
	return nil
}
