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

	TwoFactors bool
	ProvenAt   *time.Time
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

// inTx runs fn in one transaction; what it calls joins by the context.
func (s *Service) inTx(ctx context.Context, fn func(context.Context) error) error {
	return s.Store.GlobalWrite(ctx, func(ctx context.Context, _ *gorm.DB) error { return fn(ctx) })
}

func (s *Service) read(ctx context.Context, fn func(*gorm.DB) error) error {
	return s.Store.GlobalRead(ctx, func(_ context.Context, tx *gorm.DB) error { return fn(tx) })
}

func (s *Service) write(ctx context.Context, fn func(*gorm.DB) error) error {
	return s.Store.GlobalWrite(ctx, func(_ context.Context, tx *gorm.DB) error { return fn(tx) })
}

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

func (s *Service) takeUser(ctx context.Context, where string, value any) (r userRow, ok bool, err error) {
	err = s.read(ctx, func(tx *gorm.DB) error { return tx.Where(where, value).Take(&r).Error })
	switch {
	case errors.Is(err, store.ErrNotFound):
		return r, false, nil
	case err != nil:
		return r, false, fmt.Errorf("identity: find a user: %w", err)
	}
	return r, true, nil
}

func (s *Service) insertUser(ctx context.Context, r userRow) error {
	return s.write(ctx, func(tx *gorm.DB) error { return tx.Create(&r).Error })
}

// updateUser changes columns of one user.
func (s *Service) updateUser(ctx context.Context, userID id.ID, values map[string]any) error {
	err := s.write(ctx, func(tx *gorm.DB) error {
		return tx.Model(&userRow{}).Where("user_id = ?", userID).Updates(values).Error
	})
	if err != nil {
		return fmt.Errorf("identity: update a user: %w", err)
	}
	return nil
}

// replaceHash stores another hash, unless the password was changed meanwhile.
func (s *Service) replaceHash(ctx context.Context, u userRow, hash string) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		return tx.Model(&userRow{}).Where("user_id = ? AND password_hash = ?", u.UserID, u.PasswordHash).Update("password_hash", hash).Error
	})
}

// insertToken stores a token in the place of the user's earlier ones of that purpose.
func (s *Service) insertToken(ctx context.Context, r tokenRow) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		if err := tx.Where("user_id = ? AND purpose = ?", r.UserID, r.Purpose).Delete(&tokenRow{}).Error; err != nil {
			return err
		}
		return tx.Create(&r).Error
	})
}

const unspent = "token_hash = ? AND purpose = ? AND used_at IS NULL AND expires_at > ?"

func (s *Service) takeToken(ctx context.Context, hash string, p purpose) (r tokenRow, err error) {
	err = s.read(ctx, func(tx *gorm.DB) error { return tx.Where(unspent, hash, p, s.now()).Take(&r).Error })
	return r, err
}

// useToken marks a live token as used. Of two at the same time one succeeds: the
// condition on used_at is decided by the database.
func (s *Service) useToken(ctx context.Context, hash string, p purpose) error {
	return s.write(ctx, func(tx *gorm.DB) error {
		used := tx.Model(&tokenRow{}).Where(unspent, hash, p, s.now()).Update("used_at", s.now())
		if used.Error == nil && used.RowsAffected != 1 {
			return store.ErrNotFound
		}
		return used.Error
	})
}
