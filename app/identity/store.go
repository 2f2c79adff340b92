package identity

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

type userRow struct {
	UserID            id.ID `gorm:"primaryKey"`
	Email             string
	EmailKey          string
	Name              string
	PasswordHash      string
	Staff             bool
	Theme             Theme
	EmailConfirmedAt  *time.Time
	PasswordChangedAt time.Time
	CreatedAt         time.Time
}

// TableName implements gorm's Tabler.
func (userRow) TableName() string { return "users" }

func (r userRow) user() User {
	return User{
		ID: r.UserID, Email: r.Email, Name: r.Name, Staff: r.Staff, Theme: r.Theme,
		EmailConfirmedAt: r.EmailConfirmedAt, CreatedAt: r.CreatedAt,
	}
}

func (r userRow) recipient() Recipient { return Recipient{Name: r.Name, Email: r.Email} }

type sessionRow struct {
	TokenHash string `gorm:"primaryKey"`
	UserID    id.ID
	IP        string `gorm:"column:ip"`
	UserAgent string
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
}

// TableName implements gorm's Tabler.
func (sessionRow) TableName() string { return "sessions" }

type tokenRow struct {
	TokenHash string `gorm:"primaryKey"`
	UserID    id.ID
	Purpose   purpose
	EmailKey  string
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    *time.Time
}

// TableName implements gorm's Tabler.
func (tokenRow) TableName() string { return "one_time_tokens" }

// findUser returns the user of an address, and false when there is none.
func (s *Service) findUser(ctx context.Context, emailKey string) (userRow, bool, error) {
	return s.takeUser(ctx, "email_key = ?", emailKey)
}

func (s *Service) userByID(ctx context.Context, userID id.ID) (userRow, error) {
	r, ok, err := s.takeUser(ctx, "user_id = ?", userID)
	if err == nil && !ok {
		err = fault.New(fault.NotFound, "There is no such user.")
	}
	return r, err
}

func (s *Service) takeUser(ctx context.Context, where string, value any) (userRow, bool, error) {
	var r userRow
	err := s.Store.GlobalRead(ctx, func(_ context.Context, tx *gorm.DB) error {
		return tx.Where(where, value).Take(&r).Error
	})
	switch {
	case errors.Is(err, store.ErrNotFound):
		return r, false, nil
	case err != nil:
		return r, false, fmt.Errorf("identity: find a user: %w", err)
	}
	return r, true, nil
}

// updateUser changes columns of one user.
func (s *Service) updateUser(ctx context.Context, userID id.ID, values map[string]any) error {
	err := s.Store.GlobalWrite(ctx, func(_ context.Context, tx *gorm.DB) error {
		return tx.Model(&userRow{}).Where("user_id = ?", userID).Updates(values).Error
	})
	if err != nil {
		return fmt.Errorf("identity: update a user: %w", err)
	}
	return nil
}
