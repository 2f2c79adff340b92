package credential

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"smtpserver/app/account"
	"smtpserver/app/fault"
	"smtpserver/app/id"
	"smtpserver/app/store"
)

// listed bounds a page of credentials; live ones come first, so none of them is cut off.
const listed = 2 * MaxLive

// List returns the account's credentials: the live ones by name, then the revoked
// ones, newest first.
func (s *Service) List(ctx context.Context, scope account.Scope) ([]Credential, error) {
	var live, revoked []row
	err := s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		if err := tx.Where("revoked_at IS NULL").Order("name").Limit(MaxLive).Find(&live).Error; err != nil {
			return err
		}
		return tx.Where("revoked_at IS NOT NULL").Order("revoked_at DESC").Limit(listed - MaxLive).Find(&revoked).Error
	})
	if err != nil {
		return nil, fmt.Errorf("credential: list: %w", err)
	}
	return credentials(append(live, revoked...))
}

// Get returns one credential of the account.
func (s *Service) Get(ctx context.Context, scope account.Scope, credentialID id.ID) (Credential, error) {
	var r row
	err := s.store.Read(ctx, scope, func(_ context.Context, tx *gorm.DB) error {
		return tx.Where("credential_id = ?", credentialID).Take(&r).Error
	})
	switch {
	case errors.Is(err, store.ErrNotFound):
		return Credential{}, notFound()
	case err != nil:
		return Credential{}, fmt.Errorf("credential: get: %w", err)
	}
	return r.credential()
}

func notFound() error { return fault.New(fault.NotFound, "There is no such credential.") }
